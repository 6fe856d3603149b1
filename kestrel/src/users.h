/* Users and groups by the image's /etc/passwd and /etc/group, by Docker's rules. */
#ifndef KESTREL_USERS_H
#define KESTREL_USERS_H

#include "wire.h"

enum { GROUPS_MAX = 1024, HOME_MAX = 1024 };

struct identity {
	uint32_t uid, gid;
	uint32_t groups[GROUPS_MAX];
	size_t count;
	char home[HOME_MAX];
	const char *unknown; /* the name that was not found */
};

/*
 * `user` is `name|uid[:group|gid]`, changed by the call; `additional` are groups, names or numbers. The files are those of the
 * caller's root. 0 or a negative errno with `unknown` set.
 */
int find_user(char *user, struct list additional, struct identity *);

#endif
