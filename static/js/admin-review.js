/* The mail follows what is typed: the same form is asked for its preview, and the mail in the answer takes the place of
   the old one. Without this the button "Show the mail with my words" does the same by loading the page. */
const WAIT = 400;

function follow(form) {
  const name = form.elements.step.value;
  const mails = document.getElementById(`mails-${name}`);
  let timer, asked = 0;
  if (!mails || !mails.querySelector(".rv-mail")) return;
  form.querySelector(".rv-again")?.remove();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const turn = ++asked;
      const data = new FormData(form);
      data.set("preview", "1");
      const answer = await fetch(location.href, {method: "POST", body: data}).catch(() => null);
      if (!answer?.ok || turn !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(mails.id);
      if (fresh) mails.replaceChildren(...fresh.childNodes);
    }, WAIT);
  });
}

for (const form of document.querySelectorAll("form[data-review]")) if (form.elements.step) follow(form);
for (const summary of document.querySelectorAll(".rv-choice > summary")) {
  summary.addEventListener("click", () => setTimeout(() => summary.parentElement.querySelector("select, textarea")?.focus()));
}

/* Alt and a letter in every browser, as the page says: the native way differs between them. */
document.addEventListener("keydown", event => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith("Key")) return;
  const target = document.querySelector(`[accesskey="${event.code.at(-1).toLowerCase()}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});
