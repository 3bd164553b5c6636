#include "formats/import/pickle.h"

#include <catch2/catch.hpp>

#include "tests/formats/import/pickle_text.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;
using Kind = PickleValue::Kind;

namespace {

Outcome<Pickle> read(const std::string& text) {
  MemoryBudget budget(text.size());
  return read_pickle(std::as_bytes(std::span(text)), budget);
}

std::string refusal(const std::string& text) {
  const auto pickle = read(text);
  return pickle ? "it was read" : pickle.error().message;
}

}  // namespace

TEST_CASE("a pickle gives its numbers, texts and containers") {
  const std::string body = "(K\x07" + number(-3) + "G\x3F\xF8" + std::string(6, '\0') + "\x88N" +
                           text("a\xC3\xA9") + "\x8A\x02\xFF\x7F" + "I01\nI42\n" + "]" + "(K\x01K\x02" + "e" +
                           "l";
  const std::string stream = pickled(body);
  const auto pickle = read(stream);
  REQUIRE(pickle);
  const PickleValue& list = (*pickle)[pickle->root()];
  REQUIRE(list.kind == Kind::list);
  REQUIRE(list.items.size() == 10);
  const auto item = [&](std::size_t i) { return (*pickle)[list.items[i]]; };
  CHECK(item(0).integer == 7);
  CHECK(item(1).integer == -3);
  CHECK(item(2).real == 1.5);
  CHECK((item(3).kind == Kind::boolean && item(3).integer == 1));
  CHECK(item(4).kind == Kind::none);
  CHECK(item(5).text == "a\xC3\xA9");
  CHECK(item(6).integer == 32767);
  CHECK((item(7).kind == Kind::boolean && item(7).integer == 1));
  CHECK(item(8).integer == 42);
  CHECK(item(9).items.size() == 2);
  CHECK(pickle->size() == stream.size());
}

TEST_CASE("what is remembered in a pickle is recalled, and the last value of a key counts") {
  const std::string stream = pickled(
      dict({text("a") + put(0), number(1), get(0), number(2), text("b"), "]" + put(1), text("c"), get(1)}));
  const auto pickle = read(stream);
  REQUIRE(pickle);
  CHECK((*pickle)[pickle->find(pickle->root(), "a")].integer == 2);
  CHECK(pickle->find(pickle->root(), "b") == pickle->find(pickle->root(), "c"));
  CHECK(pickle->find(pickle->root(), "d") == kNoValue);
}

TEST_CASE("dicts that Python 2 pickled as calls with pairs are dicts") {
  const std::string pairs = "](](" + text("a") + number(1) + "e](" + text("b") + number(2) + "ee";
  const std::string stream = pickled(call(global("collections", "OrderedDict"), pairs + "\x85"));
  const auto pickle = read(stream);
  REQUIRE(pickle);
  CHECK((*pickle)[pickle->root()].kind == Kind::dict);
  CHECK((*pickle)[pickle->find(pickle->root(), "b")].integer == 2);
}

TEST_CASE("a pickle that would call something is refused by its name, however it asks") {
  const std::string argument = tuple({text("touch /tmp/harm")});
  const std::string os = global("os", "system");
  CHECK_THAT(refusal(pickled(call(os, argument))),
             Contains("it would call os.system") && Contains("nothing was executed"));
  CHECK_THAT(refusal(pickled(call(global("posix", "system"), argument))), Contains("posix.system"));
  CHECK_THAT(refusal(pickled(os + argument + "\x81")), Contains("os.system"));
  CHECK_THAT(refusal(pickled(os + argument + "}\x92")), Contains("os.system"));
  CHECK_THAT(refusal(pickled("(" + text("x") + "ios\nsystem\n")), Contains("os.system"));
  CHECK_THAT(refusal(pickled("(" + os + text("x") + "o")), Contains("os.system"));
  CHECK_THAT(refusal(pickled(text("os") + text("system") + "\x93" + argument + "R")), Contains("os.system"));
  for (const std::string name : {"eval", "exec", "__import__", "open", "compile"}) {
    CHECK_THAT(refusal(pickled(call(global("builtins", name), argument))), Contains("builtins." + name));
    CHECK_THAT(refusal(pickled(call(global("__builtin__", name), argument))),
               Contains("__builtin__." + name));
  }
  CHECK_THAT(refusal(pickled(global("subprocess", "Popen") + argument + "\x81")),
             Contains("subprocess.Popen"));
  CHECK_THAT(refusal(pickled(call(global("torch.hub", "load"), argument))), Contains("torch.hub.load"));
  CHECK_THAT(refusal(pickled(call(global("__main__", "make"), argument))), Contains("__main__.make"));
  CHECK_THAT(refusal(pickled(call(global("torch.serialization", "os.system"), argument))),
             Contains("os.system"));
}

TEST_CASE("getattr in a pickle names PyTorch's functions and nothing else") {
  const std::string get_attribute = global("__builtin__", "getattr");
  const std::string functions = global("torch._C", "_VariableFunctionsClass");
  const std::string relu = pickled(call(get_attribute, tuple({functions, text("relu")})));
  const auto pickle = read(relu);
  REQUIRE(pickle);
  CHECK((*pickle)[pickle->root()].name == "relu");
  CHECK_THAT(refusal(pickled(call(get_attribute, tuple({global("__main__", "x"), text("y")})))),
             Contains("getattr"));
  // What it gives cannot be called either.
  CHECK_THAT(refusal(pickled(call(call(get_attribute, tuple({functions, text("from_file")})), ")"))),
             Contains("torch.from_file"));
}

TEST_CASE("a name that is to be printed is made fit for a terminal") {
  CHECK_THAT(refusal(pickled(call(global("\x1B[2J", std::string(1000, 'x')), ")"))),
             Contains("?[2J.xxx") && !Contains("\x1B") && !Contains(std::string(100, 'x')));
}

TEST_CASE("instances of unknown classes stay inert records") {
  const std::string stream =
      pickled(global("__main__", "Net") + ")\x81" + dict({text("depth"), number(5)}) + "b");
  const auto pickle = read(stream);
  REQUIRE(pickle);
  const PickleValue& object = (*pickle)[pickle->root()];
  CHECK(object.kind == Kind::object);
  CHECK(pickle->maker(pickle->root())->name == "Net");
  CHECK((*pickle)[pickle->find(object.state, "depth")].integer == 5);
}

TEST_CASE("opcodes that model files do not need are refused by name") {
  CHECK_THAT(refusal("\x80\x02S'x'\n."), Contains("STRING"));
  CHECK_THAT(refusal("\x80\x02\x82\x01."), Contains("EXT1"));
  CHECK_THAT(refusal("\x80\x02Pname\n."), Contains("PERSID"));
  CHECK_THAT(refusal("\x80\x05\x97."), Contains("NEXT_BUFFER"));
  CHECK_THAT(refusal("\x80\x02\xFF."), Contains("byte 2 is no opcode"));
  CHECK_THAT(refusal("\x80\x06N."), Contains("protocol 6"));
}

TEST_CASE("damaged pickles are told from whole ones") {
  const std::string whole = pickled(dict({text("key") + put(0), tuple({number(1), get(0)}), text("b"),
                                          "](K\x01"
                                          "e"}));
  REQUIRE(read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_THAT(refusal(whole.substr(0, size)), Contains("pickle"));
  }
  CHECK_THAT(refusal(pickled("")), Contains("no single value"));
  CHECK_THAT(refusal(pickled("NN")), Contains("no single value"));
  CHECK_THAT(refusal(pickled("N(")), Contains("no single value"));
  CHECK_THAT(refusal(pickled("t")), Contains("mark is missing"));
  CHECK_THAT(refusal(pickled("](N(a")), Contains("empty stack"));
  CHECK_THAT(refusal(pickled("h\x05")), Contains("not remembered"));
  CHECK_THAT(refusal(pickled("N" + put(0xFFFFFFFF))), Contains("too high a number"));
  CHECK_THAT(refusal(pickled("}(Nu")), Contains("key without a value"));
  CHECK_THAT(refusal(pickled("NNa")), Contains("no list"));
  CHECK_THAT(refusal(pickled("NNNs")), Contains("no dict"));
  CHECK_THAT(refusal(pickled("N}b")), Contains("no object"));
  CHECK_THAT(refusal(pickled("N)R")), Contains("no class or function"));
  CHECK_THAT(refusal(pickled(global("torch", "Size") + "NR")), Contains("without arguments"));
  CHECK_THAT(refusal(std::string("\x80\x02\x8D") + std::string(8, '\xFF') + "."),
             Contains("ends in the middle"));
}

TEST_CASE("a pickle costs no more memory than its size allows") {
  // One byte makes a value of a hundred.
  CHECK_THAT(refusal(pickled(std::string(1'000'000, '}'))), Contains("more memory"));
  CHECK_THAT(refusal(pickled(std::string(10'000'000, '('))), Contains("more memory"));
  // Copies of one long list.
  std::string copies = "](" + std::string(20'000, 'N') + "e" + put(0) + "0(";
  for (int i = 0; i < 20'000; ++i) copies += call(global("torch", "Size"), get(0) + "\x85");
  CHECK_THAT(refusal(pickled(copies + "t")), Contains("more memory"));
}

TEST_CASE("lists in lists in lists of a pickle stay as short as they are") {
  std::string doubling = "]" + put(0);
  for (std::uint32_t i = 1; i < 200; ++i) doubling += "0](" + get(i - 1) + get(i - 1) + "e" + put(i);
  const std::string stream = pickled(doubling);
  const auto pickle = read(stream);
  REQUIRE(pickle);
  CHECK(pickle->values().size() == 200);
  // One that holds itself.
  CHECK(read(pickled("]" + put(0) + get(0) + "a")));
}
