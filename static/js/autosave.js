/* A text that is being written is saved where its form would send it, a moment after the last key. The answer is the
   page the form leads to: its copy of the form tells the new version. When somebody else saved meanwhile, saving by
   itself ends, and the button shows both texts. */
const PAUSE = 1500;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector(".saved"), version = form.elements.version;
  let timer, busy = false, again = false, over = false, saving;

  const save = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(form.action, {method: "POST", body: new FormData(form), cache: "no-store"});
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const theirs = page.getElementById(form.parentElement.id)?.querySelector("form[data-autosave]");
      if (answer.ok && theirs) {
        version.value = theirs.elements.version.value;
        said.textContent = theirs.querySelector(".saved").textContent;
      } else {
        over = answer.status === 409;
        said.textContent = page.querySelector("h1")?.textContent ?? "";
      }
    } catch { /* no line: the next key tries again, and the button is there */
    } finally {
      busy = false;
      if (again && !over) { again = false; saving = save(); }
    }
  };

  form.addEventListener("input", () => { clearTimeout(timer); if (!over) timer = setTimeout(() => { saving = save(); }, PAUSE); });
  form.addEventListener("submit", async event => {  /* a button waits for what is on its way, and sends its version */
    clearTimeout(timer);
    if (!busy) return;
    event.preventDefault();
    while (busy) await saving;
    form.requestSubmit(event.submitter);
  });
}
