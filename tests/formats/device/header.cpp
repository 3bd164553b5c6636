#include "tests/formats/device/header.c"
