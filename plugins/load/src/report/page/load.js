// What is drawn of a load test: all of it, and then one endpoint at a time.
const ALL = -1;
let chosen = data.endpoints.length === 1 ? 0 : ALL, sought = '';
const partOf = place => place === ALL ? data.all : data.endpoints[place];
const nameOf = place => place === ALL ? 'all together' : data.endpoints[place].key;
const perSecond = value => digits(value) + '/s';
// A share that is small is not none.
const share = value => value > 0 && value < .001 ? digits(value * 100, 2) + ' %' : percent(value);
const short = value => value >= 1e6 ? digits(value / 1e6) + ' M' : digits(value);
const taken = seconds => seconds === null ? '–' : time(seconds);
const both = pair => pair ? `${time(pair[0])} / ${time(pair[1])}` : '–';

function renderLoad() {
  const { all, verdict, generator } = data, count = data.endpoints.length;
  page.append(
    el('p', { class: 'soft' }, `Begun ${data.begun.replace('T', ' ').replace('Z', ' UTC')}, ${time(data.seconds)}, ${count} ${count === 1 ? 'endpoint' : 'endpoints'}, Plimsoll ${data.version}.`),
    data.interrupted ? el('p', { class: 'bad' }, 'Stopped before its end: this is what was measured until then.') : '',
    el('div', { class: `verdict ${verdict.mood}`, role: 'status' }, el('b', {}, verdict.title + '.'), el('span', {}, verdict.reason + '.')),
    el('div', { class: 'tiles' },
      tile(short(all.requests), 'requests, ' + perSecond(all.rate)),
      all.achieved === null ? null : tile(percent(all.achieved), 'of the target rate was sent', all.achieved >= .99 ? 'good' : 'bad'),
      tile(share(all.errors), `errors: ${short(all.failed)} requests`, all.failed ? 'bad' : 'good'),
      tile(taken(all.p50), 'latency p50'), tile(taken(all.p99), 'latency p99'),
      all.ttft ? tile(time(all.ttft[1]), 'time to first token, p99') : null,
      all.tokens !== null ? tile(perSecond(all.tokens), 'tokens') : null,
      all.goodput !== null ? tile(percent(all.goodput), 'goodput') : null,
      tile(digits(all.workers), 'workers on average')));
  renderThresholds();
  const choose = place => { chosen = place; drawChosen(true); };
  renderEndpoints(choose);
  const which = el('select', { 'aria-label': 'what the charts are of' });
  const detail = el('div');
  for (let place = ALL; place < count; place++) which.append(el('option', { value: place }, nameOf(place)));
  which.addEventListener('change', () => { chosen = Number(which.value); drawChosen(); });
  const head = el('div', { class: 'bar-of which' }, el('h2', {}, 'Over time:'), which);
  const drawChosen = move => { which.value = chosen; detail.replaceChildren(...charts(chosen)); if (move) head.scrollIntoView({ behavior: 'smooth' }); };
  page.append(head, detail);
  drawChosen();
  page.append(el('h2', {}, 'How it was measured'), el('ul', { class: 'soft' }, data.measured.map(text => el('li', {}, text)),
    el('li', {}, `The generator: ${generator.threads} event loops, busy for up to ${percent(generator.busiest)}; ${time(generator.cpu)} of processor time a request; requests that had a worker were sent ${time(generator.late50)} (p50) to ${time(generator.late99)} (p99) late.`)));
}

function renderThresholds() {
  const all = data.thresholds;
  if (!all.length) return;
  // What is missed comes first.
  const sorted = [...all].sort((one, other) => one.met - other.met);
  page.append(el('div', { class: 'panel tall' }, el('h3', {}, `Thresholds: ${all.filter(one => one.met).length} of ${all.length} met`), table([
    { name: '', left: true, show: one => el('span', { class: 'chip ' + (one.met ? 'good' : 'bad') }, one.met ? '✓ met' : '✗ missed'), by: one => Number(one.met) },
    { name: 'threshold', left: true, strong: true, show: one => one.threshold, by: one => one.threshold },
    { name: 'measured', show: one => one.measured }, { name: 'of', left: true, show: one => one.endpointKey ?? 'all together', by: one => one.endpointKey ?? '' },
  ], sorted, '', 'thresholds')));
}

function renderEndpoints(choose) {
  const { all } = data, places = data.endpoints.map((_, place) => place), of = place => data.endpoints[place];
  const column = (name, key, show) => ({ name, show: place => show(of(place)[key]), by: place => of(place)[key] });
  const pair = (name, key) => ({ name, show: place => both(of(place)[key]), by: place => of(place)[key]?.[1] });
  const columns = [
    { name: 'endpoint', left: true, strong: true, by: place => of(place).key, show: place => {
      const button = el('button', { type: 'button', class: 'pick', title: of(place).key + ': show its charts' }, of(place).early ? el('span', { class: 'ended', title: 'ended before its time' }, '■') : null, of(place).key);
      button.addEventListener('click', () => choose(place));
      return button;
    } },
    column('target/s', 'target', value => digits(value)),
    { ...column('rate/s', 'rate', value => digits(value)), mood: place => of(place).achieved !== null && of(place).achieved < .99 ? 'bad' : '' },
    column('workers', 'workers', value => digits(value)), column('peak', 'peakWorkers', value => digits(value)),
    column('requests', 'requests', value => digits(value)),
    { ...column('errors', 'errors', share), mood: place => of(place).failed ? 'bad' : '' },
    column('p50', 'p50', taken), column('p95', 'p95', taken), column('p99', 'p99', taken), column('max', 'max', taken),
    ...(all.ttft ? [pair('TTFT p50/p99', 'ttft')] : []), ...(all.itl ? [pair('ITL p50/p99', 'itl')] : []),
    ...(all.tokens !== null ? [column('tokens/s', 'tokens', value => digits(value))] : []),
    ...(all.goodput !== null ? [column('goodput', 'goodput', value => value === null ? '–' : percent(value))] : []),
  ];
  const holder = el('div'), count = el('span', { class: 'soft small count' });
  const search = el('input', { type: 'search', placeholder: 'filter by name', 'aria-label': 'filter endpoints by name', value: sought });
  const show = () => {
    sought = search.value;
    const found = places.filter(place => of(place).key.toLowerCase().includes(sought.toLowerCase()));
    count.textContent = `${found.length} of ${places.length}`;
    holder.replaceChildren(table(columns, found, '', 'endpoints'));
  };
  search.addEventListener('input', show);
  const many = places.length > 8;
  page.append(el('div', { class: 'panel tall' }, el('div', { class: 'bar-of' }, el('h3', {}, 'Endpoints'), many ? search : null, many ? count : null), holder));
  show();
}
