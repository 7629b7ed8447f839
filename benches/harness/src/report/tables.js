// Tables: sorted by a click on a column's name, and behind each chart what it is drawn of.
const panel = (title, caption, ...content) => el('figure', { class: 'panel' },
  title ? el('h3', {}, title) : null, caption ? el('figcaption', {}, caption) : null, content);
const tile = (value, name, mood) => el('div', { class: `tile ${mood ?? ''}` }, el('b', {}, value), el('span', {}, name));

// A column has a name and what it shows; `by` is what it is sorted by, and says that it can be.
function table(columns, rows, classes = '', name = null) {
  const body = el('tbody');
  const show = sorted => body.replaceChildren(...sorted.map(row => el('tr', {}, columns.map(column =>
    el(column.strong ? 'th' : 'td', { scope: column.strong ? 'row' : null, class: [column.left ? 'left' : '', column.mood?.(row) ?? '', column.strong ? 'name' : ''].join(' ').trim() || null }, column.show(row))))));
  const heads = columns.map(column => {
    const head = el('th', { scope: 'col', class: column.left ? 'left' : null }, column.by ? el('button', { type: 'button', class: 'sort' }, column.name) : column.name);
    if (column.by) head.firstChild.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      // What has no value comes last, either way.
      const last = down ? -Infinity : Infinity, key = row => column.by(row) ?? last;
      const order = (one, other) => { const [a, b] = [key(one), key(other)]; return a < b ? -1 : a > b ? 1 : 0; };
      show([...rows].sort((one, other) => down ? order(other, one) : order(one, other)));
    });
    return head;
  });
  show(rows);
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name ?? columns[0].name }, el('table', { class: classes || null }, el('thead', {}, el('tr', {}, heads)), body));
}
// What a chart is drawn of, made when it is asked for.
function behind(names, rows) {
  const details = el('details', { class: 'data' }, el('summary', {}, 'as a table'));
  details.addEventListener('toggle', () => {
    if (details.children.length > 1) return;
    const all = rows(), each = Math.ceil(all.length / 120);
    details.append(table(names.map((name, place) => ({ name, left: place === 0, strong: place === 0, show: row => row[place] })), all.filter((_, index) => index % each === 0)));
  });
  return details;
}
