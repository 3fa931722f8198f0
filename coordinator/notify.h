/* notify.h - tells the service manager how it goes (sd_notify's datagrams). */
#ifndef NOTIFY_H
#define NOTIFY_H

/* "READY=1", "STOPPING=1" ... Without a service manager nothing happens. */
void notify(const char *state);

#endif
