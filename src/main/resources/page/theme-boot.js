/* Sets the remembered theme before the first paint. A classic script, for modules run only after the page was read. */
(function () {
  try {
    var theme = localStorage.getItem('taskstream.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Storage is off: the system's theme it is.
  }
})();
