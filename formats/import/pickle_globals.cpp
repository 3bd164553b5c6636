#include "formats/import/pickle_globals.h"

#include <algorithm>
#include <array>

namespace lentil::formats {
namespace {

struct Rule {
  std::string_view module, name;
  Ruling ruling;
};

// Python 2 calls `builtins` __builtin__; the table has the new name.
constexpr std::array kRules{
    Rule{"collections", "OrderedDict", Ruling::dict},
    Rule{"collections", "defaultdict", Ruling::dict},
    Rule{"collections", "Counter", Ruling::dict},
    Rule{"builtins", "dict", Ruling::dict},
    Rule{"builtins", "set", Ruling::list},
    Rule{"builtins", "frozenset", Ruling::list},
    Rule{"builtins", "list", Ruling::list},
    Rule{"builtins", "tuple", Ruling::list},
    Rule{"collections", "deque", Ruling::list},
    Rule{"torch", "Size", Ruling::list},
    Rule{"torch.jit._pickle", "build_intlist", Ruling::list},
    Rule{"torch.jit._pickle", "build_doublelist", Ruling::list},
    Rule{"torch.jit._pickle", "build_boollist", Ruling::list},
    Rule{"torch.jit._pickle", "build_tensorlist", Ruling::list},
    Rule{"builtins", "getattr", Ruling::attribute},
    Rule{"builtins", "bool", Ruling::record},
    Rule{"builtins", "int", Ruling::record},
    Rule{"builtins", "float", Ruling::record},
    Rule{"builtins", "complex", Ruling::record},
    Rule{"builtins", "str", Ruling::record},
    Rule{"builtins", "bytes", Ruling::record},
    Rule{"builtins", "bytearray", Ruling::record},
    Rule{"builtins", "object", Ruling::record},
    Rule{"builtins", "range", Ruling::record},
    Rule{"builtins", "slice", Ruling::record},
    Rule{"_codecs", "encode", Ruling::record},
    Rule{"datetime", "date", Ruling::record},
    Rule{"datetime", "datetime", Ruling::record},
    Rule{"datetime", "timedelta", Ruling::record},
    Rule{"datetime", "timezone", Ruling::record},
    Rule{"functools", "partial", Ruling::record},
    Rule{"numpy", "dtype", Ruling::record},
    Rule{"numpy.core.multiarray", "_reconstruct", Ruling::record},
    Rule{"numpy.core.multiarray", "scalar", Ruling::record},
    Rule{"numpy.core.numeric", "_frombuffer", Ruling::record},
    Rule{"numpy._core.multiarray", "_reconstruct", Ruling::record},
    Rule{"numpy._core.multiarray", "scalar", Ruling::record},
    Rule{"numpy._core.numeric", "_frombuffer", Ruling::record},
    Rule{"numpy.random._pickle", "__randomstate_ctor", Ruling::record},
    Rule{"pathlib", "PosixPath", Ruling::record},
    Rule{"pathlib", "WindowsPath", Ruling::record},
    Rule{"torch", "device", Ruling::record},
    Rule{"torch._tensor", "_rebuild_from_type_v2", Ruling::record},
    Rule{"torch.backends.cudnn.rnn", "Unserializable", Ruling::record},
    Rule{"torch.jit._pickle", "restore_type_tag", Ruling::record},
    Rule{"torch.nn.backends.thnn", "_get_thnn_function_backend", Ruling::record},
    Rule{"torch.nn.parameter", "Parameter", Ruling::record},
    Rule{"torch.serialization", "_get_layout", Ruling::record},
    Rule{"torch.storage", "_load_from_bytes", Ruling::record},
};

// Modules whose functions reach outside, or reach others that do. What else is called and stands in no row
// above is refused as well; these are so by their names.
constexpr std::array<std::string_view, 34> kRefusedModules{
    "__builtin__", "_io",       "_operator", "_pickle",   "_posixsubprocess", "asyncio",
    "builtins",    "cPickle",   "code",      "commands",  "ctypes",           "dill",
    "distutils",   "importlib", "io",        "marshal",   "multiprocessing",  "nt",
    "operator",    "os",        "pickle",    "pip",       "popen2",           "posix",
    "pty",         "requests",  "runpy",     "shutil",    "socket",           "subprocess",
    "sys",         "tempfile",  "urllib",    "webbrowser"};
static_assert(std::ranges::is_sorted(kRefusedModules));

}  // namespace

Ruling rule(std::string_view module, std::string_view name) {
  const std::string_view known = module == "__builtin__" ? "builtins" : module;
  const auto found =
      std::ranges::find_if(kRules, [&](const Rule& row) { return row.module == known && row.name == name; });
  if (found != kRules.end()) return found->ruling;
  if (known == "torch._utils" && name.starts_with("_rebuild_")) return Ruling::record;
  return std::ranges::binary_search(kRefusedModules, module) ? Ruling::refused : Ruling::unknown;
}

}  // namespace lentil::formats
