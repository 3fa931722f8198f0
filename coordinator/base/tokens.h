/* tokens.h - the file of bearer tokens: who may ask sagad for what.
 *
 * `tokens` in the data folder, readable by its owner only, one token a line; `#` begins a comment.
 *
 *     DIGEST ROLE EXPIRES GROUPS NAME
 *
 *   DIGEST   SHA-256 of the token's text, in hex; the token itself is nowhere
 *   ROLE     viewer, auditor, client, operator, admin
 *   EXPIRES  an RFC 3339 time, or never
 *   GROUPS   words joined by commas, or -
 *   NAME     whose it is: the actor of what they do
 *
 * sagactl writes the file. sagad reads the file when sagad starts, with the first request over HTTP
 * after a change of the file, and on SIGHUP. */
#ifndef BASE_TOKENS_H
#define BASE_TOKENS_H

#include <stdio.h>

#include "base/check.h"
#include "base/digest.h"
#include "base/error.h"

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_AUDITOR, ROLE_CLIENT, ROLE_OPERATOR, ROLE_ADMIN };

enum {
    TOKEN_BYTES = 32,             /* of randomness */
    TOKEN_TEXT = 2 * TOKEN_BYTES, /* a token in hex */
    TOKENS_MAX = 10000,           /* in one file */
    TOKEN_GROUPS_MAX = 16,        /* of one token */
    TOKEN_GROUPS_TEXT = 512,      /* bytes of all groups of a token, with their commas */
    TOKEN_NAME_TEXT = 128,        /* bytes of a name: LIMIT_ACTOR */
};

struct token {
    uint8_t digest[DIGEST_SIZE];
    enum role role;
    int64_t expires_ms;                 /* 0 = never */
    char groups[TOKEN_GROUPS_TEXT + 1]; /* "finance,support"; may be empty */
    char name[TOKEN_NAME_TEXT + 1];
};

struct tokens {
    struct token *items; /* owned */
    size_t count;
};

/* "viewer" ...; ROLE_NONE for anything else. */
enum role role_parse(struct span text);
const char *role_name(enum role role);
/* May a token of role `have` do what wants `need`? An operator is a client too, an admin all. */
bool role_allows(enum role have, enum role need);

/* 1 to 128 of A-Z a-z 0-9 . _ @ + -, and not "admin", which is the name of admin.token. */
bool token_is_name(struct span text);
/* Words of A-Z a-z 0-9 . _ -, joined by commas; may be empty. */
bool token_is_groups(struct span text);
/* The digest that stands for a token's text. */
void token_digest(struct span text, uint8_t digest[DIGEST_SIZE]);

/* Reads the file; one that is not there is empty. SAGA_INVALID with a sentence in `why`,
 * SAGA_NO_MEMORY. Replaces *tokens, when it gives SAGA_OK only. */
MUST_CHECK enum saga_error tokens_read(const char *path, struct tokens *tokens, char *why,
                                       size_t why_size);
/* Writes it anew, whole or not at all. */
MUST_CHECK enum saga_error tokens_write(const char *path, const struct tokens *tokens, char *why,
                                        size_t why_size);
void tokens_close(struct tokens *tokens);

#endif
