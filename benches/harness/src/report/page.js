// What is drawn of a simulation or a tuning.
function replicasChart(score, options = {}) {
  const s = score.timeline, last = end(s);
  const provisioned = s.ready.map((ready, i) => ready + s.starting[i] + s.draining[i]);
  const high = options.high ?? most([provisioned, s.demand]) * 1.06;
  return chart({
    ...options, yName: 'replicas', xName: clockName(last),
    xs: (from, to) => times(last, from, to), ys: (from, to) => linear(0, high, from, to, 4),
    xText: clock(last), yText: value => digits(value),
    draw: ({ x, y, plane }) => {
      const of = values => steps(s.at, values, last, x, y);
      return [
        area(of(s.demand), plane.x0, plane.y0, 'var(--demand-fill)'), line(of(s.demand), 'var(--demand)', 1),
        sv('path', { d: band(s.at, s.ready, provisioned, last, x, y), fill: 'var(--starting)', 'fill-opacity': .55 }),
        line(of(s.ready), options.colour ?? 'var(--accent)'),
      ];
    },
    hover: (at, x) => {
      const index = nearest(s.at, at, x);
      return { x: x(s.at[index]), lines: [
        [clock(last)(s.at[index]), null], ['demand', digits(s.demand[index])], ['ready', digits(s.ready[index])],
        ['starting', digits(s.starting[index])], ['draining', digits(s.draining[index])], ['requests/s', digits(s.rate[index])],
        ['waiting', digits(s.waiting[index])], ['latency, longest', time(s.max[index])]] };
    },
  });
}
const replicasLegend = mine => legend(['demand', 'var(--demand)'], ['ready', mine ?? 'var(--accent)'], ['starting or draining, on top', 'var(--starting)']);

const replicasTable = score => behind(['time', 'demand', 'ready', 'starting', 'draining', 'requests/s', 'waiting', 'longest latency'], () => {
  const s = score.timeline, at = clock(end(s));
  return s.at.map((from, i) => [at(from), ...[s.demand, s.ready, s.starting, s.draining, s.rate, s.waiting].map(values => digits(values[i])), time(s.max[i])]);
});
// The mean latency as a bar of its parts.
const PARTS = [['queueing', 'queueing', 'var(--queueing)'], ['cold start', 'cold_start', 'var(--starting)'], ['service', 'service', 'var(--service)']];
function splitBars(entries) {
  // One that never catches up would leave nothing to see of the others: it runs off the end.
  const means = entries.map(([, score]) => score.latency.total.mean).sort((one, other) => one - other);
  const longest = Math.max(1e-9, Math.min(means.at(-1), 4 * means[Math.floor((means.length - 1) / 2)] || Infinity));
  return [el('div', { class: 'bars' }, entries.map(([name, score]) => [el('span', { class: 'who' }, name),
    el('span', { class: 'split', role: 'img', 'aria-label': PARTS.map(([words, key]) => `${words} ${time(score.latency[key].mean)}`).join(', ') },
      PARTS.map(([words, key, colour]) => el('i', { style: `width:${(score.latency[key].mean / longest * 100).toFixed(2)}%;background:${colour}`, title: `${words} ${time(score.latency[key].mean)}` }))),
    el('span', { class: 'much' }, (score.latency.total.mean > longest * 1.001 ? '› ' : '') + time(score.latency.total.mean))])),
  legend(...PARTS.map(([words, , colour]) => [words, colour]))];
}

// Cost to the right, what is missed upwards: best is at the lower left.
function costChart(entries, limit, options = {}) {
  const floor = 1e-5, missed = entries.map(entry => Math.max(entry.missed, floor));
  const costs = entries.map(entry => entry.cost), wide = most([costs]) / Math.max(Math.min(...costs), 1e-9) > 8;
  return chart({
    ...options, yName: options.yName ?? 'missed', xName: 'cost', left: 60,
    xs: (from, to) => wide ? logarithmic(Math.min(...costs) * .8, most([costs]) * 1.25, from, to) : linear(0, most([costs]) * 1.12, from, to),
    ys: (from, to) => logarithmic(Math.min(...missed, limit) * .5, Math.max(...missed, limit) * 2, from, to),
    xText: value => digits(value), yText: options.yText ?? (share => Number((share * 100).toPrecision(2)) + ' %'),
    draw: ({ x, y, plane }) => {
      const taken = entries.map((entry, index) => [x(entry.cost) - 3, x(entry.cost) + 3, y(missed[index]) + 4]);
      return [
        sv('rect', { x: plane.x0, y: y(limit), width: plane.x1 - plane.x0, height: Math.max(0, plane.y0 - y(limit)), fill: 'var(--good-ground)', opacity: .55 }),
        limitLine(options.limitText ?? 'objective', plane, y(limit)),
        entries.map((entry, index) => {
          const cx = x(entry.cost), cy = y(missed[index]);
          const dot = sv('circle', { cx, cy, r: entry.size ?? 5.5, fill: entry.colour, 'fill-opacity': entry.opacity ?? .95, stroke: 'var(--panel)', 'stroke-width': 1 });
          dot.addEventListener('pointerenter', event => showTip(event, entry.lines));
          dot.addEventListener('pointerleave', () => { tip.hidden = true; });
          if (!entry.label) return [dot];
          // A label gives way to those that are there, downwards or to the other side.
          const wide = entry.label.length * 6.7, sides = [[cx + 9, 'start', 0], [cx - 9, 'end', -wide]];
          if (cx + wide + 9 > plane.x1) sides.reverse();
          const free = (left, y) => !taken.some(([l, r, t]) => left < r + 6 && left + wide > l - 6 && Math.abs(t - y) < 12);
          const spots = [0, 12, -12, 24, -24, 36, -36].flatMap(by => sides.map(([lx, anchor, shift]) => [lx, anchor, lx + shift, cy + 4 + by]));
          const [lx, anchor, left, ly] = spots.find(([, , left, y]) => left > plane.x0 && left + wide < plane.x1 + 8 && free(left, y)) ?? spots[0];
          taken.push([left, left + wide, ly]);
          return [dot, sv('text', { class: 'label', x: lx, y: ly, 'text-anchor': anchor }, entry.label)];
        }),
      ];
    },
  });
}

const latencyRows = score => [['whole', score.latency.total], ['queueing', score.latency.queueing], ['cold start', score.latency.cold_start], ['service', score.latency.service]];
const latencyTable = score => table([
  { name: 'latency', left: true, strong: true, show: row => row[0] },
  ...['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'].map(key => ({ name: key === 'p999' ? 'p99.9' : key, show: row => time(row[1][key]) })),
], latencyRows(score));

function renderScore(score, title) {
  const { requests, slo, replicas, elasticity, scaling } = score;
  if (title) page.append(el('h2', {}, title));
  page.append(el('div', { class: 'tiles' },
    tile(percent(slo.attainment), `within ${time(slo.latency_seconds)}; ${percent(slo.wanted)} wanted`, slo.met ? 'good' : 'bad'),
    tile(time(score.latency.total.p99), 'p99 latency'), tile(digits(score.cost), 'cost'),
    tile(digits(replicas.mean), `replicas in the mean, ${replicas.peak} at most`), tile(percent(replicas.utilization, 0), 'of their places busy'),
    tile(digits(requests.arrived), `requests, ${digits(requests.per_second)} a second`)));
  page.append(panel('Replicas against demand', 'Demand is the replicas that the arriving work takes at the least.', replicasChart(score, { ...size(1), height: 260 }), replicasLegend(), replicasTable(score)));
  const s = score.timeline, last = end(s), high = most([s.max, [slo.latency_seconds]]) * 1.3, lowest = Math.min(...s.mean.filter(value => value > 0), slo.latency_seconds) * .7;
  page.append(el('div', { class: 'grid two' },
    panel('Latency over time', 'Of the requests completed at each time.', chart({ ...size(2),
      xs: (from, to) => times(last, from, to), ys: (from, to) => latencies(Math.max(lowest, high / 1e5), high, from, to), left: 56,
      xText: clock(last), yText: time, xName: clockName(last), yName: 'latency',
      draw: ({ x, y, plane }) => [line(steps(s.at, s.max, last, x, y), 'var(--c7)', 1.1), line(steps(s.at, s.mean, last, x, y), 'var(--accent)'), limitLine('objective', plane, y(slo.latency_seconds))],
    }), legend(['mean', 'var(--accent)'], ['longest', 'var(--c7)'])),
    panel('Latency distribution', 'How long all but the slowest took; each further nine takes the same room.', latencyChart([['latency', 'var(--accent)', score]], slo.latency_seconds, size(2)), latencyShares([['latency', '', score]]))));
  page.append(panel('Where the time goes', 'Mean latency of a completed request, in its parts; percentiles of the parts do not add up.', splitBars([['mean', score]]), latencyTable(score)));
  page.append(el('div', { class: 'panel' }, table([{ name: 'what the replicas did', left: true, show: row => row[0] }, { name: '', show: row => row[1] }], [
    ['Replica time: ready, starting, draining', [replicas.ready_seconds, replicas.starting_seconds, replicas.draining_seconds].map(time).join(', ')],
    ['Scale actions: up, down, by the activator', [scaling.ups, scaling.downs, scaling.activations].map(value => digits(value)).join(', ')],
    ['Replicas started; requests that met a cold start', `${digits(scaling.replicas_started)}; ${digits(requests.met_cold_start)}`],
    ['Requests dropped; not finished', `${digits(requests.dropped)}; ${digits(requests.unfinished)}`],
    // A few are always under way when arrivals end.
    ...(requests.completed_after_end > requests.completed * .01 ? [['Requests completed after arrivals ended, in replica time that is in no cost', `${digits(requests.completed_after_end)}, ${percent(requests.completed_after_end / requests.completed)} of those completed`]] : []),
    ['Too few replicas: by how much; share of the time', `${digits(elasticity.under_provisioned_percent)} %; ${percent(elasticity.under_provisioned_time)}`],
    ['Too many replicas: by how much; share of the time', `${digits(elasticity.over_provisioned_percent)} %; ${percent(elasticity.over_provisioned_time)}`],
    ['Instability; cost of a million requests', `${percent(elasticity.instability)}; ${digits(score.cost_per_million)}`],
  ], 'facts')));
}

// What was simulated, and who says so.
const factsTable = () => data.facts?.length ? panel('What was simulated', null, table([
  { name: 'what', left: true, strong: true, show: row => row[0] }, { name: 'value', left: true, show: row => row[1] }, { name: 'said by', left: true, show: row => row[2] },
], data.facts, 'facts')) : null;

const remarks = notes => notes?.length ? el('p', { class: 'soft small' }, notes.join(' · ')) : null;
const asked = data.stopped ? el('p', { class: 'soft' }, 'Stopped before its end: this is what was done until then.') : null;

function renderSimulation() {
  page.append(el('p', { class: 'soft' }, `Policy ${data.policy}, seed ${data.seed}. ${data.question ?? ''}`), remarks(data.notes) ?? '', asked ?? '');
  if (data.verdict) page.append(el('p', { class: data.verdict[1] ? 'good' : 'bad' }, `Objective ${data.verdict[0]}: ${data.verdict[1] ? 'met' : 'missed'}.`));
  for (const score of data.scores) renderScore(score, data.scores.length > 1 ? score.workload : null);
  page.append(factsTable() ?? '');
}

function renderTuning() {
  const best = data.trials[data.recommended];
  page.append(el('p', { class: 'soft' }, `Policy ${data.policy}, objective ${data.objective}, ${data.trials.length} trials. ${data.reason}`), remarks(data.notes) ?? '', asked ?? '');
  if (!best) return;
  const now = data.baseline;
  const held = trial => !trial.met ? 'objective missed' : trial.confirmed === false ? 'objective missed under other seeds' : 'objective met';
  if (now) page.append(el('div', { class: 'versus' },
    ...[['now', now], ['recommended', best]].map(([name, trial]) => el('div', { class: `tile ${trial.met && trial.confirmed !== false ? 'good' : 'bad'}` }, el('span', {}, name), el('b', {}, 'cost ' + digits(trial.cost)), el('span', {}, `p99 ${time(trial.p99)}, ${percent(trial.attainment)} in time; ${held(trial)}`))),
    now.cost > 0 ? el('div', { class: 'tile' }, el('span', {}, 'difference'), el('b', {}, `${best.cost > now.cost ? '+' : '−'}${Math.abs((best.cost / now.cost - 1) * 100).toFixed(0)} %`), el('span', {}, 'of the cost')) : null));
  const yaml = ['autoscaling_settings:', ...Object.entries(best.settings).filter(([, value]) => value !== null).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  const copy = el('button', { type: 'button' }, 'copy'), code = el('pre', { tabindex: 0 }, yaml);
  copy.addEventListener('click', () => {
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges(); getSelection().addRange(range);
    // A page that is opened from a file may not be let to the clipboard; what is marked can be copied by hand.
    navigator.clipboard?.writeText(yaml).then(() => { copy.textContent = 'copied'; }, () => {});
  });
  page.append(panel('Recommended settings', 'For the configuration’s autoscaling settings, of the workload or of an environment.', el('div', { class: 'snippet' }, code, copy)));
  const lines = trial => [['cost', digits(trial.cost)], ['limit used', percent(trial.used, 0)], ...Object.entries(trial.settings).map(([name, value]) => [name, String(value)])];
  const shown = data.trials.map((trial, index) => ({ trial, index })).filter(({ trial }) => trial.used !== null);
  shown.sort((one, other) => (one.index === data.recommended) - (other.index === data.recommended) || one.trial.on_front - other.trial.on_front);
  if (now && now.used !== null) shown.push({ trial: now, index: -1 });
  page.append(panel('Cost against the objective', 'Each dot is a trial; below the line the objective is met; what uses more than ten times the limit stands at the top. The front holds those of which none other is both cheaper and nearer.', costChart(
    shown.map(({ trial, index }) => ({ cost: trial.cost, missed: Math.min(trial.used, 10), lines: lines(trial), label: index === data.recommended ? 'recommended' : index < 0 ? 'now' : null,
      size: index === data.recommended || index < 0 ? 8 : trial.on_front ? 5.5 : 3.5, opacity: trial.on_front || index === data.recommended || index < 0 ? .95 : .45,
      colour: index === data.recommended ? 'var(--c1)' : index < 0 ? 'var(--c3)' : trial.on_front ? 'var(--accent)' : 'var(--c7)' })),
    1, { ...size(1), height: 340, yText: value => digits(value * 100) + ' %', yName: 'limit used', limitText: 'objective: 100 % of the limit' }),
    legend(['recommended', 'var(--c1)'], ...(now ? [['now', 'var(--c3)']] : []), ['on the front', 'var(--accent)'], ['other trials', 'var(--c7)'])));
  const front = [...(now ? [now] : []), ...data.trials.filter(trial => trial.on_front || trial === best)];
  page.append(el('div', { class: 'panel' }, el('h3', {}, 'The front'), table([
    { name: 'cost', strong: true, show: trial => digits(trial.cost), by: trial => trial.cost }, { name: 'limit used', by: trial => trial.used, show: trial => trial.used === null ? '–' : digits(trial.used * 100) + ' %', mood: trial => trial.met ? 'good' : 'bad' },
    { name: 'p99', show: trial => time(trial.p99), by: trial => trial.p99 }, { name: 'mean replicas', show: trial => digits(trial.mean), by: trial => trial.mean },
    ...Object.keys(best.settings).map(name => ({ name: name.replaceAll('_', ' '), show: trial => String(trial.settings[name] ?? '–') })),
    { name: '', left: true, show: trial => trial === best ? '← recommended' : trial === now ? '← now' : '' },
  ], front)));
  for (const score of data.scores) renderScore(score, 'With the recommended settings');
  page.append(factsTable() ?? '');
}
