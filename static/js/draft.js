/* What is being typed survives a reload, a lost connection and a closed session in this tab, until it was sent. */
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft:${location.pathname}`;
  const fields = [...form.querySelectorAll("textarea, input[type=text]")];
  const write = () => {
    const typed = Object.fromEntries(fields.filter(field => field.value).map(field => [field.name, field.value]));
    if (Object.keys(typed).length) sessionStorage.setItem(key, JSON.stringify(typed));
    else sessionStorage.removeItem(key);
  };
  try {
    const typed = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    if (fields.every(field => !field.value)) for (const field of fields) field.value = typed[field.name] ?? "";
    form.addEventListener("input", write);
    form.addEventListener("submit", () => sessionStorage.removeItem(key));
  } catch { /* a browser that keeps nothing: what is typed stands in the field alone */ }
}
