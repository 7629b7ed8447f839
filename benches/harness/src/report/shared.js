// What every page has: its data, its theme, and charts that are not of one kind alone.
const data = JSON.parse(document.getElementById('data').textContent);
const page = document.getElementById('page');
const colour = index => `var(--c${index % 8})`;
const swatch = colour => el('i', { class: 'swatch', style: `background:${colour}` });
// A chart is drawn at the size that it is shown at, so that its text is as large as the page's.
const room = () => page.clientWidth - 2 * parseFloat(getComputedStyle(page).paddingLeft);
const size = across => ({ width: Math.max(260, Math.floor((room() - 14 * (across - 1)) / (room() < 720 ? 1 : across)) - 38) });

const root = document.documentElement;
document.getElementById('theme').addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});

const end = series => series.at.length ? series.at.at(-1) + series.length.at(-1) : 1;
const most = lists => Math.max(1e-9, ...lists.flat().filter(Number.isFinite));

function nearest(at, place, x) {
  let best = 0;
  at.forEach((value, index) => { if (x(value) <= place) best = index; });
  return best;
}

// Shares towards the tail: each further nine takes the same room.
const tail = share => -Math.log10(1 - Math.min(share, .99999));
function latencyChart(entries, limit, options = {}) {
  const points = entries.map(([, , score]) => score.distribution.filter(([share]) => share <= .99999));
  const values = points.flat().map(([, value]) => value).filter(value => value > 0);
  const medians = entries.map(([, , score]) => score.latency.total.p50).filter(value => value > 0);
  const limits = limit === null ? [] : [limit];
  const low = Math.max(Math.min(...medians, ...limits) / 10, most([values]) / 1e5), high = Math.max(most([values]), ...limits) * 1.25;
  const shares = [0, .5, .9, .99, .999, .9999, .99999];
  return chart({
    ...options, yName: 'latency', xName: 'share of the requests within it',
    xs: (from, to) => Object.assign(share => from + tail(share) / 5 * (to - from), { ticks: shares }),
    ys: (from, to) => latencies(low, high, from, to),
    right: 34, xText: share => share === 0 ? '0' : Number((share * 100).toPrecision(6)) + ' %', yText: time, left: 56,
    draw: ({ x, y, plane }) => [
      limits.map(limit => limitLine('objective ' + time(limit), plane, y(limit))),
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

const latencyShares = entries => behind(['share within', ...entries.map(([name]) => name)], () => entries[0][2].distribution.filter(([share]) => share >= .5 || share * 10 % 1 === 0).map(([share], i, all) =>
  [Number((share * 100).toPrecision(7)) + ' %', ...entries.map(([, , score]) => time(score.distribution.find(([other]) => other === share)?.[1] ?? null))]));
