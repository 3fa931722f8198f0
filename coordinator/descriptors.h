/* descriptors.h - how many connections the process may have. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

/* Raises the soft limit of descriptors to the hard one, which the operator has set; before anything
 * is opened. Each connection is one, and a soft limit of 1024 is a habit of programs with select().
 * What could not be raised is said in the log. */
void descriptors_raise(void);

#endif
