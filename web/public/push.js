/* Push messages of the centre: shown, and opened with a touch. The page's service worker imports this file. */
self.addEventListener('push', (event) => {
  let notice;
  try {
    notice = event.data.json();
  } catch {
    notice = { title: 'Quan trắc', body: '', url: '', tag: 'quantrac' };
  }
  event.waitUntil(
    self.registration.showNotification(String(notice.title), {
      body: String(notice.body ?? ''),
      tag: String(notice.tag ?? notice.id),
      renotify: true,
      requireInteraction: notice.pressing === true,
      lang: notice.lang === 'en' ? 'en' : 'vi',
      timestamp: Number(notice.at) || Date.now(),
      icon: '/assets/icon.svg',
      data: { url: String(notice.url ?? '') },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const hash = String(event.notification.data?.url ?? '');
  // Only ever a place on our own page, whatever the message says.
  const target = new URL(hash.startsWith('#/') ? `/${hash}` : '/', self.location.origin).href;
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async (windows) => {
      const open = windows.find((one) => new URL(one.url).origin === self.location.origin);
      if (open === undefined) return self.clients.openWindow(target);
      // A browser may refuse to raise a window, or to steer one that this worker does not control.
      await open.focus().catch(() => null);
      return open.navigate(target).catch(() => self.clients.openWindow(target));
    }),
  );
});
