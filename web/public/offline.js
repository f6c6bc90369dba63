/* The offline page: says since when, and comes back by itself. */
const RETRY_MS = 5000;
const FORMAT = { dateStyle: 'short', timeStyle: 'medium', timeZone: 'Asia/Ho_Chi_Minh' };

function lastLive() {
  try {
    return Number(localStorage.getItem('quantrac.last_live_ms')) || null;
  } catch {
    return null;
  }
}

async function retry() {
  try {
    const answer = await fetch('/api/v1/health', { cache: 'no-store', signal: AbortSignal.timeout(RETRY_MS) });
    // Whatever the server answers, it is there again.
    if (answer.status < 500) location.reload();
  } catch {
    return;
  }
}

const since = lastLive();
if (since !== null) {
  document.getElementById('since').textContent =
    `Lần cuối nhận được số liệu: ${new Intl.DateTimeFormat('vi-VN', FORMAT).format(since)}`;
  document.getElementById('since-en').textContent =
    `Last heard ${new Intl.DateTimeFormat('en-GB', FORMAT).format(since)}.`;
}
document.getElementById('retry').addEventListener('click', retry);
window.addEventListener('online', retry);
setInterval(retry, RETRY_MS);
