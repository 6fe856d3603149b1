/* What the guest of kernel/test.sh shares between its files. */
#ifndef CHECK_H
#define CHECK_H

/* Prints "ok NAME" when good is not 0, else "not ok NAME: " and errno's text or the reason set by because(). */
void check(const char *name, int good);

/* Sets the reason of the next failed check; printf's format. */
void because(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes network devices of each kind, addresses and an nftables table by netlink. */
void check_network(void);

#endif
