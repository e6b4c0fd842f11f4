// Turns the link to these books into a button that copies it, if the browser allows that.
const link = document.querySelector("[data-copy]");
if (link && navigator.clipboard) {
  const status = link.nextElementSibling;
  link.style.minWidth = `${link.offsetWidth}px`; // keep the width, so that nothing beside it moves
  link.textContent = link.dataset.copy;
  link.setAttribute("role", "button");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
      status.textContent = link.dataset.copied;
    } catch {
      location.assign(link.href); // without permission, show the link in the address bar
    }
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      link.click();
    }
  });
}
