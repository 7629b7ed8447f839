// The page: what is drawn of a bench, a simulation or a tuning.
const data = JSON.parse(document.getElementById('data').textContent);
const page = document.getElementById('page');
page.replaceChildren();
const colour = index => `var(--c${index % 8})`;

const root = document.documentElement;
document.getElementById('theme').addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});

const panel = (title, caption, ...content) => el('figure', { class: 'panel' },
  title ? el('h3', {}, title) : null, caption ? el('figcaption', {}, caption) : null, content);
const tile = (value, name, mood) => el('div', { class: `tile ${mood ?? ''}` }, el('b', {}, value), el('span', {}, name));

function table(columns, rows, classes = '') {
  const head = el('tr', {}, columns.map(column => el('th', { class: column.left ? 'left' : '' }, column.name)));
  const body = rows.map(row => el('tr', {}, columns.map(column => {
    const shown = column.show(row);
    return el('td', { class: [column.left ? 'left' : '', column.mood?.(row) ?? '', column.strong ? 'name' : ''].join(' ') }, shown);
  })));
  return el('div', { class: 'scroll' }, el('table', { class: classes }, el('thead', {}, head), el('tbody', {}, body)));
}

const end = series => series.at.length ? series.at.at(-1) + series.length.at(-1) : 1;
const most = lists => Math.max(1e-9, ...lists.flat().filter(Number.isFinite));

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
function nearest(at, place, x) {
  let best = 0;
  at.forEach((value, index) => { if (x(value) <= place) best = index; });
  return best;
}
const replicasLegend = mine => legend(['demand', 'var(--demand)'], ['ready', mine ?? 'var(--accent)'], ['starting or draining, on top', 'var(--starting)']);

// Shares towards the tail: each further nine takes the same room.
const tail = share => -Math.log10(1 - Math.min(share, .99999));
function latencyChart(entries, limit, options = {}) {
  const points = entries.map(([, , score]) => score.distribution.filter(([share]) => share <= .99999));
  const values = points.flat().map(([, value]) => value).filter(value => value > 0);
  const medians = entries.map(([, , score]) => score.latency.total.p50).filter(value => value > 0);
  const low = Math.max(Math.min(...medians, limit) / 10, most([values]) / 1e5), high = Math.max(most([values]), limit) * 1.25;
  const shares = [0, .5, .9, .99, .999, .9999, .99999];
  return chart({
    ...options, yName: 'latency', xName: 'share of the requests within it',
    xs: (from, to) => Object.assign(share => from + tail(share) / 5 * (to - from), { ticks: shares }),
    ys: (from, to) => logarithmic(low, high, from, to),
    right: 34, xText: share => share === 0 ? '0' : Number((share * 100).toPrecision(6)) + ' %', yText: time, left: 56,
    draw: ({ x, y, plane }) => [
      limitLine('objective ' + time(limit), plane, y(limit)),
      entries.map(([, colour], index) => line(points[index].map(([share, value], i) =>
        `${i ? 'L' : 'M'}${x(share).toFixed(1)},${y(value).toFixed(1)}`).join(''), colour)),
    ],
    hover: (at, x) => {
      const list = points[0] ?? [];
      let index = 0;
      list.forEach(([share], i) => { if (x(share) <= at) index = i; });
      if (!list.length) return null;
      return { x: x(list[index][0]), lines: [[Number((list[index][0] * 100).toPrecision(6)) + ' % within', null],
        ...entries.map(([name], i) => [name, time(points[i][index]?.[1])])] };
    },
  });
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
  page.append(panel('Replicas against demand', 'Demand is the replicas that the arriving work takes at the least.', replicasChart(score, { width: 1120, height: 260 }), replicasLegend()));
  const s = score.timeline, last = end(s), high = most([s.max, [slo.latency_seconds]]) * 1.3, lowest = Math.min(...s.mean.filter(value => value > 0), slo.latency_seconds) * .7;
  page.append(el('div', { class: 'grid two' },
    panel('Latency over time', 'Of the requests completed at each time.', chart({
      xs: (from, to) => times(last, from, to), ys: (from, to) => logarithmic(Math.max(lowest, high / 1e5), high, from, to), left: 56,
      xText: clock(last), yText: time, xName: clockName(last), yName: 'latency',
      draw: ({ x, y, plane }) => [line(steps(s.at, s.max, last, x, y), 'var(--c7)', 1.1), line(steps(s.at, s.mean, last, x, y), 'var(--accent)'), limitLine('objective', plane, y(slo.latency_seconds))],
    }), legend(['mean', 'var(--accent)'], ['longest', 'var(--c7)'])),
    panel('Latency distribution', 'Each further nine takes the same room.', latencyChart([['latency', 'var(--accent)', score]], slo.latency_seconds))));
  page.append(el('div', { class: 'panel' }, latencyTable(score)));
  page.append(el('div', { class: 'panel' }, table([{ name: 'what the replicas did', left: true, show: row => row[0] }, { name: '', show: row => row[1] }], [
    ['Replica time: ready, starting, draining', [replicas.ready_seconds, replicas.starting_seconds, replicas.draining_seconds].map(time).join(', ')],
    ['Scale actions: up, down, by the activator', [scaling.ups, scaling.downs, scaling.activations].map(value => digits(value)).join(', ')],
    ['Replicas started; requests that met a cold start', `${digits(scaling.replicas_started)}; ${digits(requests.met_cold_start)}`],
    ['Requests dropped; not finished', `${digits(requests.dropped)}; ${digits(requests.unfinished)}`],
    ['Too few replicas: by how much; share of the time', `${digits(elasticity.under_provisioned_percent)} %; ${percent(elasticity.under_provisioned_time)}`],
    ['Too many replicas: by how much; share of the time', `${digits(elasticity.over_provisioned_percent)} %; ${percent(elasticity.over_provisioned_time)}`],
    ['Instability; cost of a million requests', `${percent(elasticity.instability)}; ${digits(score.cost_per_million)}`],
  ])));
}

const remarks = notes => notes?.length ? el('p', { class: 'soft small' }, notes.join(' · ')) : null;
const asked = data.stopped ? el('p', { class: 'soft' }, 'Stopped before its end: this is what was done until then.') : null;

function renderSimulation() {
  page.append(el('p', { class: 'soft' }, `Policy ${data.policy}, seed ${data.seed}. ${data.question ?? ''}`), remarks(data.notes) ?? '', asked ?? '');
  for (const score of data.scores) renderScore(score, data.scores.length > 1 ? score.workload : null);
}

function renderTuning() {
  const best = data.trials[data.recommended];
  page.append(el('p', { class: 'soft' }, `Policy ${data.policy}, objective ${data.objective}, ${data.trials.length} trials. ${data.reason}`), remarks(data.notes) ?? '', asked ?? '');
  if (!best) return;
  page.append(el('div', { class: 'tiles' }, Object.entries(best.settings).filter(([, value]) => value !== null).map(([name, value]) => tile(digits(value), name.replaceAll('_', ' ')))));
  const lines = trial => [['cost', digits(trial.cost)], ['limit used', percent(trial.used, 0)], ...Object.entries(trial.settings).map(([name, value]) => [name, String(value)])];
  const shown = data.trials.map((trial, index) => ({ trial, index })).filter(({ trial }) => trial.used !== null);
  shown.sort((one, other) => (one.index === data.recommended) - (other.index === data.recommended) || one.trial.on_front - other.trial.on_front);
  page.append(panel('Cost against the objective', 'Each dot is a trial; below the line the objective is met; what uses more than ten times the limit stands at the top. The front holds those of which none other is both cheaper and nearer.', costChart(
    shown.map(({ trial, index }) => ({ cost: trial.cost, missed: Math.min(trial.used, 10), lines: lines(trial), label: index === data.recommended ? 'recommended' : null,
      size: index === data.recommended ? 8 : trial.on_front ? 5.5 : 3.5, opacity: trial.on_front || index === data.recommended ? .95 : .45,
      colour: index === data.recommended ? 'var(--c1)' : trial.on_front ? 'var(--accent)' : 'var(--c7)' })),
    1, { width: 1120, height: 340, yText: value => digits(value * 100) + ' %', yName: 'limit used', limitText: 'objective: 100 % of the limit' }),
    legend(['recommended', 'var(--c1)'], ['on the front', 'var(--accent)'], ['other trials', 'var(--c7)'])));
  const front = data.trials.filter(trial => trial.on_front || trial === best);
  page.append(el('div', { class: 'panel' }, el('h3', {}, 'The front'), table([
    { name: 'cost', strong: true, show: trial => digits(trial.cost) }, { name: 'limit used', show: trial => trial.used === null ? '–' : digits(trial.used * 100) + ' %', mood: trial => trial.met ? 'good' : 'bad' },
    { name: 'p99', show: trial => time(trial.p99) }, { name: 'mean replicas', show: trial => digits(trial.mean) },
    ...Object.keys(best.settings).map(name => ({ name: name.replaceAll('_', ' '), show: trial => String(trial.settings[name] ?? '–') })),
    { name: '', left: true, show: trial => trial === best ? '← recommended' : '' },
  ], front)));
  for (const score of data.scores) renderScore(score, 'With the recommended settings');
}

function renderBench() {
  const policies = data.ranks.map(rank => rank.policy), mine = policy => colour(policies.indexOf(policy));
  const named = policy => [el('i', { class: 'swatch', style: `background:${mine(policy)}` }), policy];
  const dearest = Math.max(...data.ranks.map(rank => rank.relative_cost ?? 0), 1);
  page.append(el('p', { class: 'soft' }, data.ranking));
  page.append(el('div', { class: 'panel' }, table([
    { name: '#', show: rank => rank.rank }, { name: 'policy', left: true, strong: true, show: rank => named(rank.policy) },
    { name: 'objectives met', show: rank => `${rank.met} of ${rank.scenarios}` },
    { name: 'relative cost where met', left: true, show: rank => rank.relative_cost === null ? '–' : [rank.relative_cost.toFixed(2), el('i', { class: 'bar', style: `width:${(rank.relative_cost / dearest * 110).toFixed(0)}px;background:${mine(rank.policy)}` })] },
    { name: 'attainment', show: rank => percent(rank.attainment) }, { name: 'scale actions an hour', show: rank => digits(rank.actions_per_hour) },
    { name: 'met a cold start', show: rank => percent(rank.cold_share, 2) },
  ], data.ranks)));
  page.append(el('h2', {}, 'Cost by scenario'), el('p', { class: 'soft' }, 'Relative to the cheapest that met the objective; red where it was missed, with the attainment.'));
  const of = (scenario, policy) => scenario.cells.find(cell => cell.policy === policy);
  page.append(el('div', { class: 'panel' }, table([
    { name: 'scenario', left: true, strong: true, show: scenario => el('a', { href: '#' + scenario.name }, scenario.name) },
    ...policies.map(policy => ({ name: policy, show: scenario => {
      const cell = of(scenario, policy);
      if (!cell) return '–';
      return el('span', { class: 'chip ' + (cell.met ? 'good' : 'bad'), title: `cost ${digits(cell.cost)}, attainment ${percent(cell.attainment)}` },
        cell.met ? (cell.relative_cost ?? 1).toFixed(2) : '✗ ' + percent(cell.attainment));
    } })),
  ], data.scenarios, 'matrix')));
  for (const scenario of data.scenarios) renderScenario(scenario, policies, mine, named, of);
}

function renderScenario(scenario, policies, mine, named, of) {
  page.append(el('h2', { id: scenario.name }, scenario.name), el('p', {}, scenario.question), el('p', { class: 'soft small' }, scenario.workloads.join(' · ')), remarks(scenario.notes) ?? '');
  const cells = policies.map(policy => of(scenario, policy)).filter(Boolean);
  if (!cells.length) return;
  const count = cells[0].scores.length;
  for (let index = 0; index < count; index++) {
    if (count > 1) page.append(el('h3', {}, cells[0].scores[index].workload));
    const entries = cells.map(cell => [cell.policy, mine(cell.policy), cell.scores[index]]);
    const high = most(entries.map(([, , { timeline: s }]) => [...s.demand, ...s.ready.map((ready, i) => ready + s.starting[i] + s.draining[i])])) * 1.06;
    page.append(el('div', { class: entries.length % 3 === 1 || entries.length === 2 ? 'grid two' : 'grid' }, entries.map(([name, colour, score]) => panel(null, null,
      el('h3', {}, named(name)), replicasChart(score, { width: entries.length % 3 === 1 || entries.length === 2 ? 560 : 400, height: 180, left: 34, high, colour })))));
    page.append(legend(['demand', 'var(--demand)'], ['ready: the colour of the policy', 'var(--accent)'], ['starting or draining, on top', 'var(--starting)']));
    const slo = entries[0][2].slo;
    page.append(el('div', { class: 'grid two' },
      panel('Latency distribution', 'Each further nine takes the same room.', latencyChart(entries, slo.latency_seconds)),
      panel('Cost against the objective', 'Missed requests by cost: best is at the lower left, and in the green the objective is met.', costChart(entries.map(([name, colour, score]) => ({
        cost: score.cost, missed: 1 - score.slo.attainment, label: name, colour, lines: [[name, null], ['cost', digits(score.cost)], ['attainment', percent(score.slo.attainment)]] })),
        Math.max(1 - slo.wanted, 1e-5), { limitText: `objective: ${percent(slo.wanted)} within ${time(slo.latency_seconds)}` }))));
    page.append(el('div', { class: 'panel' }, table([
      { name: 'policy', left: true, strong: true, show: ([name]) => named(name) },
      { name: 'attainment', show: ([, , score]) => percent(score.slo.attainment), mood: ([, , score]) => score.slo.met ? 'good' : 'bad' },
      { name: 'cost', show: ([, , score]) => digits(score.cost) }, { name: 'p50', show: ([, , score]) => time(score.latency.total.p50) },
      { name: 'p99', show: ([, , score]) => time(score.latency.total.p99) }, { name: 'p99 queueing', show: ([, , score]) => time(score.latency.queueing.p99) },
      { name: 'met a cold start', show: ([, , score]) => digits(score.requests.met_cold_start) }, { name: 'mean replicas', show: ([, , score]) => digits(score.replicas.mean) },
      { name: 'utilisation', show: ([, , score]) => percent(score.replicas.utilization, 0) }, { name: 'actions', show: ([, , score]) => digits(score.scaling.ups + score.scaling.downs) },
      { name: 'too few, time', show: ([, , score]) => percent(score.elasticity.under_provisioned_time) }, { name: 'too many, by', show: ([, , score]) => digits(score.elasticity.over_provisioned_percent) + ' %' },
      { name: 'instability', show: ([, , score]) => percent(score.elasticity.instability) },
    ], entries)));
  }
}

({ bench: renderBench, simulation: renderSimulation, tuning: renderTuning })[data.kind]();
