#define _GNU_SOURCE
#include "start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char below[] = "hypr";   /* all control groups of the product are in this one */

static bool has_word(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
        if ((at == list || strchr(" ,\n", at[-1]) != NULL) && strchr(" ,\n", at[length]) != NULL) return true;
    return false;
}

static bool read_controllers(struct hierarchy *hierarchy, const char *directory) {
    char path[PATH_LIMIT + 32], line[512] = "";
    snprintf(path, sizeof path, "%s/cgroup.controllers", directory);
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    if (fgets(line, sizeof line, file) == NULL) line[0] = '\0';
    fclose(file);
    hierarchy->memory = has_word(line, "memory");
    hierarchy->cpu = has_word(line, "cpu");
    hierarchy->pids = has_word(line, "pids");
    return true;
}

/* The highest group above this process that its user may change: what was delegated to a user who is not root. */
static void find_delegated(struct hierarchy *hierarchy, char *own) {
    char path[2 * PATH_LIMIT], found[2 * PATH_LIMIT] = "";
    for (;;) {
        snprintf(path, sizeof path, "%s%s", hierarchy->mount, strcmp(own, "/") == 0 ? "" : own);
        if (access(path, W_OK) != 0) break;
        strcpy(found, path);
        char *slash = strrchr(own, '/');
        if (slash == NULL || own[1] == '\0') break;
        if (slash == own) own[1] = '\0'; else *slash = '\0';
    }
    const char *directory = found[0] != '\0' ? found : hierarchy->mount;
    if (strlen(directory) < PATH_LIMIT - sizeof below - 1) sprintf(hierarchy->base, "%s/%s", directory, below);
    if (found[0] != '\0') read_controllers(hierarchy, found);
}

static void find_base(struct hierarchy *hierarchy) {
    snprintf(hierarchy->base, sizeof hierarchy->base, "%.*s/%s", PATH_LIMIT - 16, hierarchy->mount, below);
    if (geteuid() == 0 || hierarchy->version != 2) return;
    char line[PATH_LIMIT];
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::", 3) != 0) continue;
        line[strcspn(line, "\n")] = '\0';
        find_delegated(hierarchy, line + 3);
    }
    fclose(file);
}

/* mountinfo writes a space, tab, newline and backslash as a backslash and three octal digits. */
static void unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        if (from[0] == '\\' && from[1] != '\0' && from[2] != '\0' && from[3] != '\0') {
            *to = (char) ((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else *to = *from++;
    }
    *to = '\0';
}

/* One line of mountinfo; false when it is no hierarchy of use. */
static bool parse_mount(struct hierarchy *hierarchy, char *line) {
    char *rest = strstr(line, " - "), *mount = NULL;
    if (rest == NULL) return false;
    rest += 3;
    const char *type = strsep(&rest, " ");
    strsep(&rest, " ");   /* the source */
    const char *options = rest;
    for (int field = 0; field < 5; field++) mount = strsep(&line, " ");
    if (mount == NULL || options == NULL || strlen(mount) >= PATH_LIMIT) return false;
    *hierarchy = (struct hierarchy) { 0 };
    unescape(mount);
    strcpy(hierarchy->mount, mount);
    if (strcmp(type, "cgroup2") == 0) {
        hierarchy->version = 2;
        return read_controllers(hierarchy, hierarchy->mount);
    }
    if (strcmp(type, "cgroup") != 0) return false;
    hierarchy->version = 1;
    hierarchy->memory = has_word(options, "memory");
    hierarchy->cpu = has_word(options, "cpu");
    hierarchy->pids = has_word(options, "pids");
    hierarchy->freezer = has_word(options, "freezer");
    return hierarchy->memory || hierarchy->cpu || hierarchy->pids || hierarchy->freezer;
}

static bool overlaps(const struct hierarchy *one, const struct hierarchy *other) {
    return (one->memory && other->memory) || (one->cpu && other->cpu) || (one->pids && other->pids) || (one->freezer && other->freezer);
}

size_t hierarchies_find(struct hierarchy *hierarchies) {
    struct hierarchy unified = { 0 }, found;
    size_t count = 0, capacity = 0;
    char *line = NULL;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (file == NULL) return 0;
    while (getline(&line, &capacity, file) > 0) {
        if (!parse_mount(&found, line)) continue;
        if (found.version == 2) {
            if (unified.version == 0) unified = found;
            continue;
        }
        bool again = count == HIERARCHY_LIMIT;   /* the same hierarchy can be mounted twice */
        for (size_t i = 0; i < count; i++) again |= overlaps(&hierarchies[i], &found);
        if (!again) hierarchies[count++] = found;
    }
    free(line);
    fclose(file);
    if (unified.version == 2 && (unified.memory || unified.pids || count == 0)) {
        hierarchies[0] = unified;
        count = 1;
    }
    for (size_t i = 0; i < count; i++) find_base(&hierarchies[i]);
    return count;
}
