// The page of a bench: who is best, at what, and how each did in each scenario.
function renderBench() {
  const policies = data.ranks.map(rank => rank.policy), mine = policy => colour(policies.indexOf(policy));
  const named = policy => [swatch(mine(policy)), policy];
  const dearest = Math.max(...data.ranks.map(rank => rank.relative_cost ?? 0), 1);
  page.append(el('p', { class: 'soft' }, data.ranking));
  page.append(el('div', { class: 'panel' }, table([
    { name: '#', show: rank => rank.rank, by: rank => rank.rank }, { name: 'policy', left: true, strong: true, show: rank => named(rank.policy), by: rank => rank.policy },
    { name: 'objectives met', show: rank => `${rank.met} of ${rank.scenarios}`, by: rank => rank.met },
    { name: 'relative cost where met', left: true, by: rank => rank.relative_cost, show: rank => rank.relative_cost === null ? '–' : [rank.relative_cost.toFixed(2), el('i', { class: 'bar', style: `width:${(rank.relative_cost / dearest * 110).toFixed(0)}px;background:${mine(rank.policy)}` })] },
    { name: 'attainment', show: rank => percent(rank.attainment), by: rank => rank.attainment }, { name: 'scale actions an hour', show: rank => digits(rank.actions_per_hour), by: rank => rank.actions_per_hour },
    { name: 'met a cold start', show: rank => percent(rank.cold_share, 2), by: rank => rank.cold_share },
  ], data.ranks, '', 'leaderboard')));
  page.append(el('h2', {}, 'Cost by scenario'), el('p', { class: 'soft' }, 'Relative to the cheapest that met the objective; ✗ where it was missed, with the share of the requests that were in time. A scenario’s name leads to its charts.'));
  const of = (scenario, policy) => scenario.cells.find(cell => cell.policy === policy);
  page.append(el('div', { class: 'panel' }, table([
    { name: 'scenario', left: true, strong: true, show: scenario => el('a', { href: '#' + anchor(scenario) }, scenario.name), by: scenario => scenario.name },
    ...policies.map(policy => ({ name: policy, by: scenario => { const cell = of(scenario, policy); return cell && (cell.met ? cell.relative_cost ?? 1 : 1e9 * (2 - cell.attainment)); }, show: scenario => {
      const cell = of(scenario, policy);
      if (!cell) return '–';
      return el('span', { class: 'chip ' + (cell.met ? 'good' : 'bad'), title: `cost ${digits(cell.cost)}, ${percent(cell.attainment)} in time` },
        cell.met ? (cell.relative_cost ?? 1).toFixed(2) : '✗ ' + percent(cell.attainment));
    } })),
  ], data.scenarios, 'matrix', 'cost by scenario')));
  page.append(el('nav', { class: 'jump', 'aria-label': 'scenarios' }, data.scenarios.map(scenario => el('a', { href: '#' + anchor(scenario) }, scenario.name)), el('a', { href: '#top', class: 'up' }, '↑ top')));
  for (const scenario of data.scenarios) renderScenario(scenario, policies, mine, named, of);
}
const anchor = scenario => 'scenario-' + data.scenarios.indexOf(scenario);

function renderScenario(scenario, policies, mine, named, of) {
  page.append(el('h2', { id: anchor(scenario) }, scenario.name), el('p', {}, scenario.question), ...scenario.workloads.map(text => el('p', { class: 'soft small tight' }, text)), remarks(scenario.notes) ?? '');
  const cells = policies.map(policy => of(scenario, policy)).filter(Boolean);
  if (!cells.length) return;
  const count = cells[0].scores.length;
  const across = room() < 720 ? 1 : cells.length % 3 === 1 || cells.length === 2 ? 2 : 3;
  const grid = content => el('div', { class: 'grid', style: `grid-template-columns:repeat(${across},minmax(0,1fr))` }, content);
  if (count > 1) {
    const names = cells[0].scores.map(score => score.workload);
    page.append(el('h3', { class: 'part' }, scenario.budget === null ? 'All workloads together' : `All workloads together: a budget of ${scenario.budget} replicas`));
    page.append(grid(cells.map(cell => panel(null, null, el('h4', {}, named(cell.policy)), fleetChart(cell.scores, scenario.budget, { ...size(across), height: 190, left: 34 })))));
    page.append(legend(...names.map((name, index) => [name, colour(index)])));
  }
  for (let index = 0; index < count; index++) {
    if (count > 1) page.append(el('h3', { class: 'part' }, cells[0].scores[index].workload));
    const entries = cells.map(cell => [cell.policy, mine(cell.policy), cell.scores[index]]);
    const high = most(entries.map(([, , { timeline: s }]) => [...s.demand, ...s.ready.map((ready, i) => ready + s.starting[i] + s.draining[i])])) * 1.06;
    page.append(grid(entries.map(([name, colour, score]) => panel(null, null,
      el('h4', {}, named(name)), replicasChart(score, { ...size(across), height: 180, left: 34, high, colour }), replicasTable(score)))));
    page.append(legend(['demand: what the arriving work takes at the least', 'var(--demand)'], ['ready: the colour of the policy', 'var(--accent)'], ['starting or draining, on top', 'var(--starting)']));
    const slo = entries[0][2].slo;
    page.append(el('div', { class: 'grid two' },
      panel('Latency distribution', 'How long all but the slowest took; each further nine takes the same room.', latencyChart(entries, slo.latency_seconds, size(2)), latencyShares(entries)),
      panel('Cost against the objective', 'Down is fewer too late, left is cheaper; in the green the objective is met.', costChart(entries.map(([name, colour, score]) => ({
        cost: score.cost, missed: 1 - score.slo.attainment, label: name, colour, lines: [[name, null], ['cost', digits(score.cost)], ['in time', percent(score.slo.attainment)]] })),
        Math.max(1 - slo.wanted, 1e-5), { ...size(2), limitText: `objective: ${percent(slo.wanted)} within ${time(slo.latency_seconds)}` }))));
    page.append(panel('Where the time goes', 'Mean latency of a completed request, in its parts.', splitBars(entries.map(([name, , score]) => [named(name), score]))));
    page.append(el('div', { class: 'panel' }, scoreTable(entries, named)));
  }
}

function scoreTable(entries, named) {
  const column = (name, read, show) => ({ name, show: ([, , score]) => show(read(score)), by: ([, , score]) => read(score) });
  return table([
    { name: 'policy', left: true, strong: true, show: ([name]) => named(name), by: ([name]) => name },
    { ...column('in time', score => score.slo.attainment, percent), mood: ([, , score]) => score.slo.met ? 'good' : 'bad' },
    column('cost', score => score.cost, digits), column('p50', score => score.latency.total.p50, time), column('p99', score => score.latency.total.p99, time),
    column('p99 queueing', score => score.latency.queueing.p99, time), column('p99 cold start', score => score.latency.cold_start.p99, time),
    column('met a cold start', score => score.requests.met_cold_start, digits), column('mean replicas', score => score.replicas.mean, digits),
    column('utilisation', score => score.replicas.utilization, share => percent(share, 0)), column('actions', score => score.scaling.ups + score.scaling.downs, digits),
    column('too few, time', score => score.elasticity.under_provisioned_time, percent), column('too many, by', score => score.elasticity.over_provisioned_percent, value => digits(value) + ' %'),
    column('instability', score => score.elasticity.instability, percent),
  ], entries, '', 'scores');
}

// What each workload holds of a budget, one on top of the other.
function fleetChart(scores, budget, options) {
  const [first] = scores, s = first.timeline, last = end(s);
  const held = scores.map(({ timeline: t }) => s.at.map((_, i) => (t.ready[i] ?? 0) + (t.starting[i] ?? 0)));
  const sums = [s.at.map(() => 0)];
  for (const own of held) sums.push(own.map((value, i) => value + sums.at(-1)[i]));
  const high = Math.max(most([sums.at(-1)]), budget ?? 0) * 1.1;
  return chart({
    ...options, yName: 'replicas, starting and ready', xName: clockName(last), bottom: 32,
    xs: (from, to) => times(last, from, to), ys: (from, to) => linear(0, high, from, to, 4), xText: clock(last), yText: value => digits(value),
    draw: ({ x, y, plane }) => [
      held.map((_, place) => sv('path', { d: band(s.at, sums[place], sums[place + 1], last, x, y), fill: colour(place), 'fill-opacity': .75 })),
      budget === null ? null : limitLine('budget', plane, y(budget)),
    ],
    hover: (at, x) => {
      const index = nearest(s.at, at, x);
      return { x: x(s.at[index]), lines: [[clock(last)(s.at[index]), null], ...scores.map((score, place) => [score.workload, digits(held[place][index])]), ['all', digits(sums.at(-1)[index])]] };
    },
  });
}
