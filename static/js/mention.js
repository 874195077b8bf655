/* Typing @ offers the names of the members below the field. Down or Tab goes to them, Enter chooses, Escape closes.
   Without this, a name is simply written out. */
const MOST = 8;

function follow(form, field) {
  const list = document.createElement("div");
  list.className = "names";
  list.hidden = true;
  field.after(list);
  let names, wanted = null;

  const load = () => names ??= fetch(form.dataset.names).then(answer => answer.ok ? answer.json() : {names: []})
    .then(found => found.names).catch(() => []);

  function asked() {
    const before = field.value.slice(0, field.selectionStart);
    const found = /(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N} .'’-]{0,40})$/u.exec(before);
    return found ? {start: before.length - found[1].length, text: found[1].toLocaleLowerCase()} : null;
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
  }

  function choose(name) {
    const plain = /^[\p{L}\p{N} .'’-]+$/u.test(name) ? name : `[${name}]`;
    field.setRangeText(plain + " ", wanted.start, field.selectionStart, "end");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", {bubbles: true}));
  }

  async function offer() {
    const now = asked();
    wanted = now;
    if (!now) return close();
    const all = await load();
    if (wanted !== now) return;
    const fits = all.filter(name => name.toLocaleLowerCase().split(/[ (]/).some((_part, index, parts) =>
      parts.slice(index).join(" ").startsWith(now.text))).slice(0, MOST);
    if (!fits.length || fits.some(name => name.toLocaleLowerCase() === now.text.trim())) return close();
    list.replaceChildren(...fits.map(name => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.textContent = `@${name}`;
      button.addEventListener("click", () => choose(name));
      return button;
    }));
    list.hidden = false;
  }

  field.addEventListener("input", offer);
  field.addEventListener("keydown", event => {
    if (list.hidden) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") list.firstElementChild.focus();
    else return;
    event.preventDefault();
  });
  list.addEventListener("keydown", event => {
    const next = {ArrowDown: "nextElementSibling", ArrowRight: "nextElementSibling", ArrowUp: "previousElementSibling",
      ArrowLeft: "previousElementSibling"}[event.key];
    if (event.key === "Escape") { close(); field.focus(); }
    else if (next) (document.activeElement[next] ?? field).focus();
    else return;
    event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-names]")) {
  const field = form.querySelector("textarea");
  if (field) follow(form, field);
}
