/* check.h - assertions that stay on in every build, and the few compiler extensions we use.
 *
 * PRE and POST state a function's contract, CHECK an invariant inside it. They are for bugs only:
 * input from outside never meets an assertion, it meets an error (error.h). A failed assertion
 * prints where and aborts: the store is the truth, and a restart replays it (decision 0005). */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

/* Cold: what leads to it is kept out of the way of what runs. */
_Noreturn __attribute__((cold)) void check_failed(const char *kind, const char *what,
                                                  const char *file, int line);

#define CHECK_(kind, x) ((x) ? (void)0 : check_failed(kind, #x, __FILE__, __LINE__))
#define PRE(x)          CHECK_("PRE", x)
#define POST(x)         CHECK_("POST", x)
#define CHECK(x)        CHECK_("CHECK", x)
#define IMPLIES(a, b)   CHECK_("IMPLIES", !(a) || (b))
/* Documents that x may be true or false here, and that both were thought of. */
#define MAYBE(x)         ((void)(x))
#define UNREACHABLE(why) check_failed("UNREACHABLE", why, __FILE__, __LINE__)

#define MUST_CHECK               __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define ARRAY_COUNT(a)           (sizeof(a) / sizeof((a)[0]))

#endif
