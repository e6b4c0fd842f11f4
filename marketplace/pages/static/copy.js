// Turns the link to these books into a button that copies it, where the browser allows that.
const link = document.querySelector("[data-copy]");
if (link && navigator.clipboard) {
  const status = link.nextElementSibling;
  link.style.minWidth = `${link.offsetWidth}px`; // nothing beside it may move
  link.textContent = link.dataset.copy;
  link.setAttribute("role", "button");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
      status.textContent = link.dataset.copied;
    } catch {
      location.assign(link.href); // no permission: the address bar then has the link
    }
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      link.click();
    }
  });
}
