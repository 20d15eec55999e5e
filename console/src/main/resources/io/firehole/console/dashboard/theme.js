// Runs before the first paint, so that the page does not flash in the other theme.
(() => {
  const chosen = localStorage.getItem('firehole-theme');
  if (chosen === 'dark' || chosen === 'light') {
    document.documentElement.dataset.theme = chosen;
  }
})();
