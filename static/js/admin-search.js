// Select2 gives its empty box no name: lend it the name of the field that it stands for.
(() => {
  const lend = (box, field) => {
    const name = field && (field.getAttribute('aria-label') || field.labels[0]?.textContent);
    if (name) box.setAttribute('aria-label', name.trim().replace(/:\s*$/, ''));
  };
  const nameBoxes = () => {
    for (const box of document.querySelectorAll('.select2-selection__rendered[role]')) {
      lend(box, document.getElementById(box.id.replace(/^select2-/, '').replace(/-container$/, '')));
    }
    for (const box of document.querySelectorAll('.select2-search--inline .select2-search__field')) {
      lend(box, box.closest('.select2-container').previousElementSibling);
    }
    for (const box of document.querySelectorAll('.select2-selection--multiple .select2-search__field')) {
      const name = box.closest('.select2-container').previousElementSibling?.labels?.[0]?.textContent;
      if (name) box.setAttribute('aria-label', name.replace(/:\s*$/, ''));
    }
  };
  // the boxes are made when jQuery is ready, which may be after the page has loaded
  window.addEventListener('load', () => window.django.jQuery(() => setTimeout(nameBoxes)));
  document.addEventListener('formset:added', () => setTimeout(nameBoxes));
})();
