// Draws the page, and again where its width changes.
function render() {
  page.replaceChildren();
  renderers[data.kind]();
}
render();
let drawnAt = innerWidth, waiting = 0;
addEventListener('resize', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { if (innerWidth !== drawnAt) { drawnAt = innerWidth; render(); } }, 150);
});
// What the address points to is there only now.
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
