// A library of the driver's name that is none: it has one of the functions.
extern "C" __attribute__((visibility("default"))) int cuInit(unsigned) { return 0; }
