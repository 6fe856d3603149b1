/* The header of a member of a tar archive (POSIX ustar). */
#ifndef MERLIN_TAR_H
#define MERLIN_TAR_H

enum { TAR_FILE = '0', TAR_HARD = '1', TAR_SYMBOLIC = '2', TAR_CHARACTER = '3', TAR_BLOCK = '4', TAR_DIRECTORY = '5', TAR_FIFO = '6', TAR_PAX = 'x' };

struct tar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[8], user[32], group[32], major[8], minor[8],
		prefix[155], unused[12];
};

#define CAPABILITY "security.capability"
#define PAX_CAPABILITY "SCHILY.xattr." CAPABILITY

#endif
