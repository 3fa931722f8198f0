/* options_file.h - the YAML file of settings. */
#ifndef OPTIONS_FILE_H
#define OPTIONS_FILE_H

#include "options.h"

/* Reads the file named by options->config. false after saying all that is wrong with it. */
MUST_CHECK bool options_file_read(struct options *options, FILE *err);

#endif
