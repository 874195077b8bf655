// Files by drag and drop onto the page, and progress while they are sent, on top of a form that works without.
const form = () => document.querySelector("form[data-drop]");
const fieldOf = sent => sent.querySelector("input[type=file]");
const carriesFiles = event => form() && [...(event.dataTransfer?.types ?? [])].includes("Files");
let depth = 0;

function say(sent, text, tone) {
  sent.querySelector(".drop-said")?.remove();
  const line = Object.assign(document.createElement("p"), {className: "drop-said", textContent: text});
  line.setAttribute("role", tone === "stop" ? "alert" : "status");
  line.classList.toggle("late", tone === "stop");
  sent.append(line);
  return line;
}

function progressIn(line, label) {
  const bar = Object.assign(document.createElement("progress"), {max: 1, value: 0});
  bar.setAttribute("aria-label", label);
  line.append(bar);
  return event => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
}

// The page that the answer led to, put in as the browser itself would show it: asking for it again would lose what it
// tells. Focus goes to the summary of errors, if there is one. Anything but a page of the space is opened as usual.
function answered(request) {
  const page = new DOMParser().parseFromString(request.response, "text/html");
  const main = page.querySelector("main");
  if (request.status !== 200 || !main?.querySelector(".room")) return location.assign(request.responseURL);
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
  prepare();
  (main.querySelector(".summary") ?? main).focus();
}

function send(sent) {
  const {sending, broken} = sent.dataset;
  const request = new XMLHttpRequest();
  const button = sent.querySelector("button.btn");
  button.disabled = true;
  request.upload.onprogress = progressIn(say(sent, sending), sending);
  request.onerror = () => { button.disabled = false; say(sent, broken, "stop"); };
  request.onload = () => answered(request);
  request.open("POST", sent.action);
  request.send(new FormData(sent));
}

function tooLarge(sent) {
  const field = fieldOf(sent), most = Number(field.dataset.megabytes) * 1024 * 1024;
  return [...field.files].filter(file => file.size > most).map(file => `${file.name} ${sent.dataset.large}`);
}

addEventListener("popstate", () => location.reload());

function prepare() {
  const hint = form()?.querySelector(".drop-hint");
  if (hint) hint.hidden = false;
}

addEventListener("submit", event => {
  if (!event.target.matches("form[data-drop]")) return;
  event.preventDefault();
  const large = tooLarge(event.target);
  if (large.length) say(event.target, large.join(" "), "stop");
  else send(event.target);
});

function over(isOver) {
  document.documentElement.classList.toggle("dropping", isOver);
  document.documentElement.dataset.dropped = form()?.dataset.dropped ?? "";
  if (!isOver) depth = 0;
}

addEventListener("dragenter", event => { if (carriesFiles(event)) { depth += 1; over(true); } });
addEventListener("dragleave", event => { if (carriesFiles(event) && (depth -= 1) <= 0) over(false); });
addEventListener("dragover", event => { if (carriesFiles(event)) event.preventDefault(); });
addEventListener("drop", event => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  over(false);
  fieldOf(form()).files = event.dataTransfer.files;
  form().requestSubmit();
});
prepare();
