// Reloads the 503 page once the shop is back. Without scripts, the page has a link.
const UNAVAILABLE = [502, 503, 504]; // a proxy may send any of these
const notice = document.querySelector("[data-retry-after]");
notice.textContent = notice.dataset.text;
retryAfter(notice.dataset.retryAfter);

function retryAfter(seconds) {
  // Add jitter so that visitors do not all retry at once.
  setTimeout(check, seconds * 1000 * (1 + Math.random() / 4));
}

async function check() {
  let response;
  try {
    response = await fetch(location.href, { method: "HEAD", cache: "no-store" });
  } catch {} // the shop cannot be reached
  if (response && !UNAVAILABLE.includes(response.status)) location.reload();
  // The Retry-After of a proxy may be a date, or missing: then use our own.
  else retryAfter(Math.max(Number(response?.headers.get("Retry-After")) || 0, notice.dataset.retryAfter));
}
