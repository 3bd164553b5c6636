// libcuda.so.1 for machines without a GPU. Memory of the device is memory of the host, full of NaNs at first;
// work waits until somebody waits for it, so that memory which is used too early or late shows; kernels run
// on the host. Everything is counted, and any call can be made to fail.
#include "tests/formats/host/cuda/fake_driver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "kernels/cuda/network.h"
#include "kernels/cuda/rows.h"
#include "tests/cuda/thread_block.h"

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using namespace lentil::cuda;
using Work = std::function<void()>;
using lentil::test::FakeReport;

constexpr int kOutOfMemory = 2, kInvalid = 1, kInvalidContext = 201, kNotFound = 500, kInvalidHandle = 400;
constexpr int kContext = 1;
const char* const kKernels[] = {"lentil_images", "lentil_rows"};

struct Stream {
  std::vector<Work> pending;
  std::vector<Work>* capture = nullptr;  // where work goes instead
  std::size_t done = 0;                  // of all that ever came
};
struct Graph {
  std::vector<Work> work;
};
struct Event {
  Stream* stream = nullptr;
  std::size_t place = 0;
};

struct Fake {
  std::map<std::string, long> settings;
  FakeReport report;
  std::map<std::uintptr_t, std::size_t> device, pinned, registered;
  std::map<const void*, const char*> handles;  // what exists, by kind
  int retained = 0;
  bool current = false;
  std::size_t allowed_shared[std::size(kKernels)]{};

  long setting(const char* name, long otherwise) const {
    const auto found = settings.find(name);
    return found == settings.end() ? otherwise : found->second;
  }
  void find(const char* text) {
    if (report.finding[0] == '\0') std::snprintf(report.finding, sizeof(report.finding), "%s", text);
  }
};
Fake fake;

void configure(const char* text) {
  fake.settings.clear();
  std::string words = text == nullptr ? "" : text;
  words += ',';
  for (std::size_t begin = 0, end = 0; (end = words.find(',', begin)) != std::string::npos; begin = end + 1) {
    const std::string word = words.substr(begin, end - begin);
    const std::size_t equals = word.find('=');
    if (!word.empty())
      fake.settings[word.substr(0, equals)] =
          equals == std::string::npos ? 1 : std::strtol(word.c_str() + equals + 1, nullptr, 10);
  }
}

// The code that the call at hand has to fail with; 0: it may do its work.
int called() {
  ++fake.report.calls;
  const auto fail_at = static_cast<std::uint64_t>(fake.setting("fail_at", 0));
  return fake.report.calls == fail_at ? static_cast<int>(fake.setting("fail", 719)) : 0;
}
// The same for calls that need a context.
int called_in_context() {
  const int code = called();
  return code == 0 && !fake.current ? kInvalidContext : code;
}

bool inside(const std::map<std::uintptr_t, std::size_t>& ranges, std::uintptr_t at, std::size_t bytes) {
  const auto next = ranges.upper_bound(at);
  if (next == ranges.begin()) return false;
  const auto& [begin, size] = *std::prev(next);
  return at + bytes <= begin + size;
}
void check_device(std::uintptr_t at, std::size_t bytes) {
  if (!inside(fake.device, at, bytes)) fake.find("a copy beyond an allocation of the device");
}

template <class T, class Handle>
T* of(Handle handle, const char* kind) {
  const auto found = fake.handles.find(handle);
  if (found == fake.handles.end() || found->second != kind) {
    fake.find("a handle that does not exist");
    return nullptr;
  }
  return reinterpret_cast<T*>(const_cast<void*>(found->first));
}
constexpr const char *kStream = "stream", *kEvent = "event", *kGraph = "graph", *kGraphRun = "graph run",
                     *kModule = "module";

template <class T>
int create(T** handle, const char* kind) {
  *handle = new T();
  fake.handles[*handle] = kind;
  ++fake.report.live;
  return 0;
}
template <class T>
int destroy(void* handle, const char* kind) {
  T* object = of<T>(handle, kind);
  if (object == nullptr) return kInvalidHandle;
  fake.handles.erase(handle);
  --fake.report.live;
  delete object;
  return 0;
}

int give(Stream* stream, Work work) {
  if (stream == nullptr) return kInvalidHandle;
  (stream->capture != nullptr ? *stream->capture : stream->pending).push_back(std::move(work));
  return 0;
}
void run_until(Stream& stream, std::size_t place) {
  while (stream.done < place && !stream.pending.empty()) {
    const Work work = std::move(stream.pending.front());
    stream.pending.erase(stream.pending.begin());
    ++stream.done;
    work();
  }
}

std::uintptr_t allocate(std::map<std::uintptr_t, std::size_t>& where, std::size_t bytes) {
  void* memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(memory, 0xff, bytes);
  where[reinterpret_cast<std::uintptr_t>(memory)] = bytes;
  ++fake.report.live;
  return reinterpret_cast<std::uintptr_t>(memory);
}
int release(std::map<std::uintptr_t, std::size_t>& where, std::uintptr_t at) {
  if (where.erase(at) == 0) {
    fake.find("memory that was not allocated is released");
    return kInvalid;
  }
  --fake.report.live;
  std::free(reinterpret_cast<void*>(at));
  return 0;
}

// One block after the other, with memory as it happens to be.
void run_kernel(std::size_t kernel, std::uint32_t blocks, std::size_t shared_bytes, const Program* program,
                const std::vector<std::byte>& arguments) {
  ++fake.report.launches;
  std::vector<std::uint8_t> shared(shared_bytes + 1, 0xff);
  const auto run = [&](auto args, auto body) {
    std::memcpy(&args, arguments.data(), sizeof(args));
    for (std::uint32_t b = 0; b < blocks; ++b)
      run_block(1, b, blocks, [&](const auto& block) { body(block, args, b); });
  };
  if (kernel == 0)
    return run(ImagesArgs{}, [&](const auto& block, const auto& args, std::uint32_t) {
      images(block, *program, args, shared.data());
    });
  run(RowsArgs{}, [&](const auto& block, const auto& args, std::uint32_t) {
    float cells[kSharedCells];
    rows(block, *program, args, cells);
  });
}

constexpr std::size_t kArgumentBytes[] = {sizeof(ImagesArgs), sizeof(RowsArgs)};

}  // namespace

FAKE_EXPORT void fake_reset(const char* settings) {
  fake.report = {.device_bytes = fake.report.device_bytes, .live = fake.report.live};
  configure(settings);
}
FAKE_EXPORT void fake_report(FakeReport* report) { *report = fake.report; }

FAKE_EXPORT int cuInit(unsigned) {
  if (fake.settings.empty()) configure(std::getenv("LENTIL_FAKE_CUDA"));
  if (fake.setting("hang", 0) != 0) pause();
  if (fake.setting("crash", 0) != 0) std::abort();
  if (const int code = called()) return code;
  return static_cast<int>(fake.setting("init", 0));
}
FAKE_EXPORT int cuDriverGetVersion(int* version) {
  if (fake.settings.empty()) configure(std::getenv("LENTIL_FAKE_CUDA"));
  if (const int code = called()) return code;
  *version = static_cast<int>(fake.setting("version", 13000));
  return 0;
}
FAKE_EXPORT int cuGetErrorName(int, const char** name) {
  *name = "CUDA_ERROR_OF_THE_FAKE";
  return fake.setting("garbage", 0) != 0 ? kInvalid : 0;
}

FAKE_EXPORT int cuDeviceGetCount(int* count) {
  if (const int code = called()) return code;
  *count = static_cast<int>(fake.setting("devices", 1));
  return 0;
}
FAKE_EXPORT int cuDeviceGet(int* device, int ordinal) {
  if (const int code = called()) return code;
  *device = ordinal;
  return 0;
}
FAKE_EXPORT int cuDeviceGetName(char* name, int length, int) {
  if (const int code = called()) return code;
  if (fake.setting("garbage", 0) != 0) {
    std::memset(name, 0x1b, static_cast<std::size_t>(length));  // and no end
  } else {
    std::snprintf(name, static_cast<std::size_t>(length), "Fake GPU");
  }
  return 0;
}
FAKE_EXPORT int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  if (const int code = called()) return code;
  *bytes = static_cast<std::size_t>(fake.setting("memory", 1L << 30));
  return 0;
}
FAKE_EXPORT int cuDeviceGetAttribute(int* value, int attribute, int) {
  if (const int code = called()) return code;
  switch (attribute) {
    case 8:
      *value = static_cast<int>(fake.setting("shared", 49152));
      break;
    case 16:
      *value = static_cast<int>(fake.setting("processors", 2));
      break;
    case 18:
      *value = static_cast<int>(fake.setting("integrated", 0));
      break;
    case 75:
      *value = 8;
      break;
    case 76:
      *value = 7;
      break;
    case 97:
      *value = static_cast<int>(fake.setting("optin", 166912));
      break;
    case 99:
      *value = static_cast<int>(fake.setting("register", 0));
      break;
    default:
      return kInvalid;
  }
  return 0;
}

FAKE_EXPORT int cuDevicePrimaryCtxSetFlags_v2(int, unsigned) { return called(); }
FAKE_EXPORT int cuDevicePrimaryCtxRetain(void** context, int) {
  if (const int code = called()) return code;
  static int the_context = kContext;
  *context = &the_context;
  ++fake.retained;
  ++fake.report.live;
  return 0;
}
FAKE_EXPORT int cuDevicePrimaryCtxRelease_v2(int) {
  ++fake.report.calls;  // what gives back does not fail: there is nobody to tell
  if (--fake.retained == 0 && fake.report.live > 1) fake.find("a context ends before what was made in it");
  --fake.report.live;
  return 0;
}
FAKE_EXPORT int cuCtxSetCurrent(void* context) {
  if (const int code = context == nullptr ? 0 : called()) return code;
  fake.current = context != nullptr;
  return 0;
}

FAKE_EXPORT int cuModuleLoadData(int** module, const void* image) {
  if (const int code = called_in_context()) return code;
  if (image == nullptr) return kInvalid;
  if (const long code = fake.setting("module", 0)) return static_cast<int>(code);
  return create(module, kModule);
}
FAKE_EXPORT int cuModuleUnload(void* module) { return destroy<int>(module, kModule); }
FAKE_EXPORT int cuModuleGetFunction(void** function, void*, const char* name) {
  if (const int code = called_in_context()) return code;
  for (std::size_t i = 0; i < std::size(kKernels); ++i) {
    if (std::strcmp(kKernels[i], name) != 0) continue;
    *function = reinterpret_cast<void*>(i + 1);
    return 0;
  }
  return kNotFound;
}
FAKE_EXPORT int cuFuncSetAttribute(void* function, int attribute, int value) {
  if (const int code = called_in_context()) return code;
  if (attribute != 8 || value > fake.setting("optin", 166912)) return kInvalid;
  fake.allowed_shared[reinterpret_cast<std::uintptr_t>(function) - 1] = static_cast<std::size_t>(value);
  return 0;
}
FAKE_EXPORT int cuLaunchKernel(void* function, unsigned blocks, unsigned y, unsigned z, unsigned threads,
                               unsigned thread_y, unsigned thread_z, unsigned shared, void* stream,
                               void** parameters, void** extra) {
  if (const int code = called_in_context()) return code;
  const std::uintptr_t kernel = reinterpret_cast<std::uintptr_t>(function) - 1;
  if (kernel >= std::size(kKernels) || blocks == 0 || y * z * thread_y * thread_z != 1 || threads % 32 != 0 ||
      threads == 0 || threads > 256 || extra != nullptr)
    return kInvalid;
  if (shared > std::max<std::size_t>(49152, fake.allowed_shared[kernel])) return kInvalid;
  unsigned long long program = 0;
  std::memcpy(&program, parameters[0], sizeof(program));
  const auto* first = static_cast<const std::byte*>(parameters[1]);
  std::vector<std::byte> arguments(first, first + kArgumentBytes[kernel]);
  check_device(program, sizeof(Program));
  return give(of<Stream>(stream, kStream), [=] {
    run_kernel(kernel, blocks, shared, reinterpret_cast<const Program*>(program), arguments);
  });
}

FAKE_EXPORT int cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  if (const int code = called_in_context()) return code;
  *total = static_cast<std::size_t>(fake.setting("memory", 1L << 30));
  *free = *total - fake.report.device_bytes;
  return 0;
}
FAKE_EXPORT int cuMemAlloc_v2(unsigned long long* address, std::size_t bytes) {
  if (const int code = called_in_context()) return code;
  const auto room = static_cast<std::size_t>(fake.setting("memory", 1L << 30)) - fake.report.device_bytes;
  if (bytes == 0) return kInvalid;
  if (bytes > room) return kOutOfMemory;
  *address = allocate(fake.device, bytes);
  fake.report.device_bytes += bytes;
  return 0;
}
FAKE_EXPORT int cuMemFree_v2(unsigned long long address) {
  const auto found = fake.device.find(address);
  if (found != fake.device.end()) fake.report.device_bytes -= found->second;
  return release(fake.device, address);
}
FAKE_EXPORT int cuMemHostAlloc(void** memory, std::size_t bytes, unsigned) {
  if (const int code = called_in_context()) return code;
  if (bytes == 0) return kInvalid;
  *memory = reinterpret_cast<void*>(allocate(fake.pinned, bytes));
  return 0;
}
FAKE_EXPORT int cuMemFreeHost(void* memory) {
  return release(fake.pinned, reinterpret_cast<std::uintptr_t>(memory));
}
FAKE_EXPORT int cuMemHostRegister_v2(void* memory, std::size_t bytes, unsigned) {
  if (const int code = called_in_context()) return code;
  fake.registered[reinterpret_cast<std::uintptr_t>(memory)] = bytes;
  ++fake.report.live;
  return 0;
}
FAKE_EXPORT int cuMemHostUnregister(void* memory) {
  if (fake.registered.erase(reinterpret_cast<std::uintptr_t>(memory)) == 0)
    fake.find("memory that was not registered is unregistered");
  --fake.report.live;
  return 0;
}
FAKE_EXPORT int cuMemHostGetDevicePointer_v2(unsigned long long* address, void* memory, unsigned) {
  if (const int code = called_in_context()) return code;
  *address = reinterpret_cast<std::uintptr_t>(memory);
  return 0;
}
FAKE_EXPORT int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* from, std::size_t bytes,
                                     void* stream) {
  if (const int code = called_in_context()) return code;
  ++fake.report.copies_in;
  check_device(to, bytes);
  return give(of<Stream>(stream, kStream), [=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); });
}
FAKE_EXPORT int cuMemcpyDtoHAsync_v2(void* to, unsigned long long from, std::size_t bytes, void* stream) {
  if (const int code = called_in_context()) return code;
  ++fake.report.copies_out;
  check_device(from, bytes);
  return give(of<Stream>(stream, kStream), [=] { std::memcpy(to, reinterpret_cast<void*>(from), bytes); });
}
FAKE_EXPORT int cuMemsetD8Async(unsigned long long at, unsigned char value, std::size_t bytes, void* stream) {
  if (const int code = called_in_context()) return code;
  check_device(at, bytes);
  return give(of<Stream>(stream, kStream), [=] { std::memset(reinterpret_cast<void*>(at), value, bytes); });
}

FAKE_EXPORT int cuStreamCreate(Stream** stream, unsigned) {
  if (const int code = called_in_context()) return code;
  return create(stream, kStream);
}
FAKE_EXPORT int cuStreamDestroy_v2(void* stream) { return destroy<Stream>(stream, kStream); }
FAKE_EXPORT int cuStreamSynchronize(void* handle) {
  Stream* stream = of<Stream>(handle, kStream);
  if (stream == nullptr) return kInvalidHandle;
  if (stream->capture != nullptr) return 900;
  run_until(*stream, stream->done + stream->pending.size());
  return called_in_context();
}
FAKE_EXPORT int cuEventCreate(Event** event, unsigned) {
  if (const int code = called_in_context()) return code;
  return create(event, kEvent);
}
FAKE_EXPORT int cuEventDestroy_v2(void* event) { return destroy<Event>(event, kEvent); }
FAKE_EXPORT int cuEventRecord(void* handle, void* stream_handle) {
  if (const int code = called_in_context()) return code;
  Event* event = of<Event>(handle, kEvent);
  Stream* stream = of<Stream>(stream_handle, kStream);
  if (event == nullptr || stream == nullptr) return kInvalidHandle;
  *event = {stream, stream->done + stream->pending.size()};
  return 0;
}
FAKE_EXPORT int cuEventSynchronize(void* handle) {
  if (const int code = called_in_context()) return code;
  const Event* event = of<Event>(handle, kEvent);
  if (event == nullptr || event->stream == nullptr) return kInvalidHandle;
  run_until(*event->stream, event->place);
  return 0;
}

FAKE_EXPORT int cuStreamBeginCapture_v2(void* handle, int) {
  if (const int code = called_in_context()) return code;
  if (const long code = fake.setting("capture", 0)) return static_cast<int>(code);
  Stream* stream = of<Stream>(handle, kStream);
  if (stream == nullptr) return kInvalidHandle;
  stream->capture = new std::vector<Work>();
  return 0;
}
FAKE_EXPORT int cuStreamEndCapture(void* handle, Graph** graph) {
  Stream* stream = of<Stream>(handle, kStream);
  if (stream == nullptr || stream->capture == nullptr) return kInvalidHandle;
  const std::unique_ptr<std::vector<Work>> work(std::exchange(stream->capture, nullptr));
  if (const int code = called_in_context()) return code;
  create(graph, kGraph);
  (*graph)->work = std::move(*work);
  return 0;
}
FAKE_EXPORT int cuGraphInstantiateWithFlags(Graph** run, void* graph, unsigned long long) {
  if (const int code = called_in_context()) return code;
  const Graph* from = of<Graph>(graph, kGraph);
  if (from == nullptr) return kInvalidHandle;
  create(run, kGraphRun);
  **run = *from;
  return 0;
}
FAKE_EXPORT int cuGraphLaunch(void* handle, void* stream) {
  if (const int code = called_in_context()) return code;
  const Graph* run = of<Graph>(handle, kGraphRun);
  Stream* to = of<Stream>(stream, kStream);
  if (run == nullptr || to == nullptr) return kInvalidHandle;
  ++fake.report.graph_launches;
  for (const Work& work : run->work) to->pending.push_back(work);
  return 0;
}
FAKE_EXPORT int cuGraphExecDestroy(void* run) { return destroy<Graph>(run, kGraphRun); }
FAKE_EXPORT int cuGraphDestroy(void* graph) { return destroy<Graph>(graph, kGraph); }
