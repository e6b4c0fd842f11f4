// The page that says that the bookseller is away looks by itself whether he is back. Without script there is a link.
const AWAY = [502, 503, 504]; // a proxy's words for it too
const notice = document.querySelector("[data-retry-after]");
notice.textContent = "This page looks again by itself.";
waitThenLook(notice.dataset.retryAfter);

function waitThenLook(seconds) {
  // Somewhat later, each visitor at another moment, lest all come back at once.
  setTimeout(look, seconds * 1000 * (1 + Math.random() / 4));
}

async function look() {
  let answer;
  try {
    answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
  } catch {} // the shop itself cannot be reached
  if (answer && !AWAY.includes(answer.status)) location.reload();
  // A proxy may also name a date, or no time at all: then ours.
  else waitThenLook(Math.max(Number(answer?.headers.get("Retry-After")) || 0, notice.dataset.retryAfter));
}
