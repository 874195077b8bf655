/* An open discussion fetches what is new every eight seconds, while somebody looks at it. It adds posts at the end and
   says so; what is being typed is never touched. */
const EVERY = 8000;
const live = document.getElementById("live"), posts = document.getElementById("posts");
let timer, busy = false;

const last = () => Math.max(0, ...[...posts.children].map(post => Number(post.dataset.number)));

function say(text, url, label) {
  const words = document.createElement("p");
  words.textContent = text;
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = label;
    words.append(" ", link);
  }
  live.replaceChildren(words);
}

function add(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const post of page.querySelectorAll("ol > .post")) if (!document.getElementById(post.id)) posts.append(post);
  say(page.querySelector(".said").textContent);
}

function stop(...words) {
  clearInterval(timer);
  document.removeEventListener("visibilitychange", look);
  say(...words);
}

async function ask() {
  if (busy || document.hidden) return;
  busy = true;
  try {
    const answer = await fetch(`${live.dataset.url}?after=${last()}`, {redirect: "manual", cache: "no-store"});
    const {gone, spaces, spacesLabel, out, signIn, signInLabel, late} = live.dataset;
    if (answer.type === "opaqueredirect") stop(out, signIn, signInLabel);
    else if (answer.status === 404 || answer.status === 403) stop(gone, spaces, spacesLabel);
    else if (answer.status === 200) add(await answer.text());
    else if (answer.status === 204) { if (live.textContent === late) live.replaceChildren(); }
    else say(late);
  } catch {
    say(live.dataset.late);
  } finally {
    busy = false;
  }
}

function look() {
  clearInterval(timer);
  if (document.hidden) return;
  ask();
  timer = setInterval(ask, EVERY);
}

if (live && posts) {
  document.addEventListener("visibilitychange", look);
  if (!document.hidden) timer = setInterval(ask, EVERY);
}
