// Runs before the first paint, so that the page does not flash in the other theme. Follows the system until somebody chooses.
(() => {
  const KEY = 'firehole-theme';
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    const chosen = localStorage.getItem(KEY);
    document.documentElement.dataset.theme = chosen === 'dark' || chosen === 'light' ? chosen : dark.matches ? 'dark' : 'light';
  };
  dark.addEventListener('change', show);
  show();
})();
