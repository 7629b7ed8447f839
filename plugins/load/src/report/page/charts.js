// Charts over time, of all together or of one endpoint.
const none = series => series.at.map(() => 0);

function overTime(part, lines, { yName, yText = value => digits(value), marks = [], across = 2, log = false }) {
  const s = part.series, last = Math.max(end(s), 1e-3);
  const shown = lines.map(([name, key, colour, width]) => [name, s[key] ?? none(s), colour, width]);
  const values = shown.map(([, values]) => values), high = most(values) * 1.08;
  const above = values.flat().filter(value => value > 0), low = above.length ? above.reduce((one, other) => Math.min(one, other)) : 1e-3;
  return chart({
    ...size(across), height: 220, left: log ? 56 : 46, yName, xName: clockName(last),
    xs: (from, to) => times(last, from, to), ys: (from, to) => log ? latencies(low * .8, Math.max(high, low * 2), from, to) : linear(0, high, from, to, 4),
    xText: clock(last), yText,
    draw: ({ x, y, plane }) => [
      shown.map(([, values, colour, width]) => values.length ? line(steps(s.at, values, last, x, y), colour, width ?? 1.8) : null),
      // A decision is a small triangle that points to where it went.
      marks.map(([at, action, workers, reason, endpoint]) => {
        const cx = x(Math.min(at, last)), cy = plane.y1 + 4, path = action === 'more' ? `M${cx - 4},${cy + 4}h8l-4,-8z` : action === 'fewer' ? `M${cx - 4},${cy - 4}h8l-4,8z` : `M${cx - 4},${cy - 4}h8v8h-8z`;
        const mark = sv('path', { class: 'mark-' + action, d: path });
        mark.append(sv('title', {}, `${digits(at)} s: ${said(action, workers)}, ${data.reasons[reason]}${endpoint === undefined ? '' : ' (' + nameOf(endpoint) + ')'}`));
        return mark;
      }),
    ],
    hover: (at, x) => {
      const index = nearest(s.at, at, x);
      return s.at.length ? { x: x(s.at[index]), lines: [[clock(last)(s.at[index]) + (last < 300 ? ' s' : ''), null], ...shown.map(([name, values]) => [name, yText(values[index])])] } : null;
    },
  });
}
const said = (action, workers) => action === 'ended' ? 'ended before its time' : `${action} workers, ${workers}`;

function timeTable(part, lines, show = value => digits(value)) {
  const s = part.series, at = clock(end(s));
  return behind(['time', ...lines.map(([name]) => name)], () => s.at.map((from, i) => [at(from), ...lines.map(([, key]) => show((s[key] ?? none(s))[i]))]));
}

function charts(place) {
  const part = partOf(place);
  if (!part.series.at.length) return [el('p', { class: 'soft' }, 'Nothing was measured.')];
  const over = (title, caption, lines, options, show) => panel(title, caption, overTime(part, lines, options), legend(...lines.map(([name, , colour]) => [name, colour])), timeTable(part, lines, show));
  const rates = [...(part.series.target ? [['target', 'target', 'var(--demand)', 3]] : []), ['sent', 'sent', 'var(--c0)'], ['completed', 'rate', 'var(--c2)']];
  const marks = part.decisions.length <= 60 ? part.decisions : place === ALL ? [] : part.decisions.slice(-60);
  const distribution = (name, colour, of) => [name, colour, { distribution: of.distribution, latency: { total: { p50: of.p50 } } }];
  const entries = [...(place === ALL ? [] : [distribution(nameOf(place), 'var(--accent)', part)]), distribution('all together', place === ALL ? 'var(--accent)' : 'var(--c7)', data.all)].filter(([, , of]) => of.distribution.length);
  const distinct = place !== ALL && data.endpoints.length === 1 ? entries.slice(0, 1) : entries;
  return [
    facts(part),
    el('div', { class: 'grid two' },
      over('Rate', 'Requests a second: to be sent, sent, and completed.', rates, { yName: 'requests/s' }),
      over('Workers', marks.length ? '▲ more, ▼ fewer, ■ ended: decisions, with why under the pointer.' : 'Workers, requests in flight, and requests that wait for a worker.', [['workers', 'workers', 'var(--accent)'], ['in flight', 'flight', 'var(--c4)'], ['backlog', 'backlog', 'var(--waiting)']], { yName: 'workers, requests', marks }),
      over('Latency', 'From when a request was due, of each moment.', [['max', 'max', 'var(--demand)', 1.2], ['p99', 'p99', 'var(--c1)'], ['p95', 'p95', 'var(--c3)'], ['p50', 'p50', 'var(--c0)']], { yName: 'latency', yText: time, log: true }, time),
      distinct.length ? panel('Latency distribution', 'How long all but the slowest took; each further nine takes the same room.', latencyChart(distinct, null, size(2)), legend(...distinct.map(([name, colour]) => [name, colour])), latencyShares(distinct)) : null,
      part.series.errors ? over('Errors', 'Failed requests a second.', [['errors', 'errors', 'var(--bad)']], { yName: 'errors/s' }) : null,
      part.series.tokens ? over('Tokens', 'Tokens a second.', [['tokens', 'tokens', 'var(--c2)']], { yName: 'tokens/s' }) : null,
      countsTable(part)),
    decisionsTable(part, place),
  ].filter(Boolean);
}

const facts = part => el('p', { class: 'soft' }, [
  `${digits(part.requests)} requests, ${digits(part.failed)} failed`, part.target === null ? `${perSecond(part.rate)}, no rate to hold` : `${perSecond(part.rate)} of ${perSecond(part.target)}`,
  `latency ${taken(part.p50)} (p50), ${taken(part.p99)} (p99), ${taken(part.max)} (max)`, `service ${both(part.service)}`, `send lag ${both(part.lag)}`,
  part.ttft ? `TTFT ${both(part.ttft)}` : null, part.itl ? `ITL ${both(part.itl)}` : null, part.goodput === null ? null : `goodput ${percent(part.goodput)}`, part.policy ? `policy ${part.policy}` : null,
].filter(Boolean).join(' · '));

function countsTable(part) {
  const rows = [...Object.entries(part.statuses).map(([name, count]) => ['status ' + name, count, /^2/.test(name)]), ...Object.entries(part.failures).map(([name, count]) => [name, count, false])];
  return el('div', { class: 'panel' }, el('h3', {}, 'Responses'), table([
    { name: 'what came', left: true, strong: true, show: ([name]) => name, by: ([name]) => name }, { name: 'requests', show: ([, count]) => digits(count), by: ([, count]) => count, mood: ([, , good]) => good ? '' : 'bad' },
    { name: 'share', show: ([, count]) => share(count / Math.max(part.requests, 1)) },
  ], rows, '', 'responses'));
}

function decisionsTable(part, place) {
  if (!part.decisions.length) return null;
  const left = part.decided - part.decisions.length, whole = place === ALL;
  return el('div', { class: 'panel tall wrap' }, el('h3', {}, `Decisions: ${digits(part.decided)}${left > 0 ? `, of which the last ${part.decisions.length} are shown` : ''}`), table([
    { name: 'after', show: ([at]) => digits(at, 4) + ' s', by: ([at]) => at }, ...(whole ? [{ name: 'endpoint', left: true, show: one => nameOf(one[4]), by: one => one[4] }] : []),
    { name: 'what', left: true, show: ([, action, workers]) => said(action, workers), by: ([, action]) => action }, { name: 'why', left: true, show: one => data.reasons[one[3]], by: one => data.reasons[one[3]] },
  ], [...part.decisions].reverse(), '', 'decisions'));
}
const renderers = { load: renderLoad };
