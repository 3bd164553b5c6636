#include "formats/device/lentil.h"

const char* lentil_version(void) { return LENTIL_VERSION; }
