#define _GNU_SOURCE
#include "hypr.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static const char *const prefixes[] = { "HYPR_", "DOCKER_", "COMPOSE_", "BUILDKIT_", "LC_", NULL };
static const char *const names[] = {
    "HOME", "USER", "LANG", "TERM", "COLUMNS", "LINES", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PATH",
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", NULL
};

static bool always_sent(const char *name, size_t length) {
    for (const char *const *prefix = prefixes; *prefix != NULL; prefix++)
        if (strncmp(name, *prefix, strlen(*prefix)) == 0) return true;
    for (const char *const *known = names; *known != NULL; known++)
        if (strlen(*known) == length && strncmp(name, *known, length) == 0) return true;
    return false;
}

/* NAME alone, anything=NAME, and short options with NAME attached: -eNAME, -iteNAME. */
static bool word_names(const char *word, const char *name, size_t length) {
    size_t whole = strlen(word);
    if (whole < length || strncmp(word + whole - length, name, length) != 0) return false;
    if (whole == length) return true;
    char before = word[whole - length - 1];
    return before == '=' || (before == 'e' && word[0] == '-' && word[1] != '-');
}

/* Words by which the daemon needs names that the words themselves do not tell: a file of names, a file that uses variables. */
static bool wants_all(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "compose") == 0) return true;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--env-file") == 0 || strncmp(argv[i], "--env-file=", 11) == 0) return true;
    return false;
}

static bool sent(const char *variable, int argc, char **argv, bool all) {
    const char *equals = strchr(variable, '=');
    if (equals == NULL || equals == variable) return false;
    size_t length = (size_t) (equals - variable);
    if (all || always_sent(variable, length)) return true;
    for (int i = 1; i < argc; i++)
        if (word_names(argv[i], variable, length)) return true;
    return false;
}

static void put_string(struct buffer *buffer, const char *string) {
    size_t length = strlen(string);
    put_u32(buffer, (uint32_t) length);
    buffer_add(buffer, string, length);
}

static void put_variables(struct buffer *payload, int argc, char **argv) {
    bool all = wants_all(argc, argv);
    uint32_t count = 0;
    for (char **variable = environ; *variable != NULL; variable++) count += sent(*variable, argc, argv, all);
    put_u32(payload, count);
    for (char **variable = environ; *variable != NULL; variable++)
        if (sent(*variable, argc, argv, all)) put_string(payload, *variable);
}

static uint16_t current_umask(void) {
    mode_t mask = umask(0);
    umask(mask);
    return (uint16_t) mask;
}

static void write_u32(uint8_t *octets, uint32_t value) {
    for (int i = 0; i < 4; i++) octets[i] = (uint8_t) (value >> (8 * i));
}

void command_put(struct buffer *buffer, int argc, char **argv) {
    struct buffer payload = { 0 };
    struct terminal_size size = terminal_size();
    char *directory = getcwd(NULL, 0);
    put_u32(&payload, 0);   /* the size, set below */
    put_u16(&payload, PROTOCOL_VERSION);
    put_u16(&payload, terminal_flags());
    put_u16(&payload, size.rows);
    put_u16(&payload, size.columns);
    put_u16(&payload, current_umask());
    put_u16(&payload, 0);
    put_string(&payload, directory == NULL ? "" : directory);   /* a removed directory has no name */
    put_u32(&payload, (uint32_t) (argc - 1));
    for (int i = 1; i < argc; i++) put_string(&payload, argv[i]);
    put_variables(&payload, argc, argv);
    write_u32(payload.octets, (uint32_t) buffer_length(&payload));
    for (enum frame_type type = FRAME_COMMAND; type == FRAME_COMMAND || buffer_length(&payload) > 0; type = FRAME_MORE) {
        size_t part = buffer_length(&payload) < FRAME_LIMIT ? buffer_length(&payload) : FRAME_LIMIT;
        put_frame(buffer, type, payload.octets + payload.start, part);
        buffer_take(&payload, part);
    }
    free(payload.octets);
    free(directory);
}
