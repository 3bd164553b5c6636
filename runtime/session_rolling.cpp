// Steps that pass the rows of an image on as soon as they are there (PlanOptions::rolling).
#include <array>
#include <cstring>

#include "runtime/op.h"
#include "runtime/rolling.h"
#include "runtime/session.h"

namespace lentil {
namespace {

class Chain {
 public:
  Chain(const Model& model, const Plan& plan, const Step* first) : plan_(plan), first_(first) {
    do {
      const Step& step = first_[count_];
      const Layer pool = step.pool == kNoIndex ? Layer{} : model.layer(step.pool);
      links_[count_++] = {op_of(step).row_window(model.layer(step.layer), pool), 0};
    } while (first_[count_ - 1].has(kRollsOutput));
  }

  const Step& step(std::uint32_t k) const { return first_[k]; }
  bool is_last(std::uint32_t k) const { return k + 1 == count_; }
  bool done() const { return links_[count_ - 1].done == height(count_ - 1); }

  // The last link whose next row has all that it needs.
  std::uint32_t next() const {
    std::uint32_t k = count_ - 1;
    while (k > 0 && links_[k - 1].done < needed_of(k - 1)) --k;
    return k;
  }

  // The rows that link k computes now: the first one, all that are asked for; the others, one.
  void set_rows(std::uint32_t k, OpContext& ctx) const {
    ctx.row_end = k == 0 ? needed_of(k) : links_[k].done + 1;
    ctx.x_rows = k == 0 ? KeptRows{0, ctx.in.height} : kept(k - 1, links_[k - 1].done);
    ctx.y_rows = kept(k, ctx.row_end);
    ctx.row_begin = std::max(links_[k].done, ctx.y_rows.first);  // strides may leave rows out
  }
  void finish(std::uint32_t k, const OpContext& ctx) { links_[k].done = ctx.row_end; }

  KeptRows kept_so_far(std::uint32_t k) const { return kept(k, links_[k].done); }

 private:
  struct Link {
    RowWindow window;
    std::uint32_t done;  // rows of its output
  };
  std::uint32_t height(std::uint32_t k) const { return plan_.tensors()[first_[k].output].shape.height; }
  // Of its output, when so many rows of it are done.
  KeptRows kept(std::uint32_t k, std::uint32_t done) const {
    if (is_last(k)) return {0, height(k)};
    const std::uint32_t count = rows_kept(links_[k + 1].window, height(k));
    return {done > count ? done - count : 0, count};
  }
  // Rows of link k that the next row of the one behind it needs.
  std::uint32_t needed_of(std::uint32_t k) const {
    return links_[k + 1].window.end(links_[k + 1].done, height(k));
  }

  const Plan& plan_;
  const Step* first_;
  std::uint32_t count_ = 0;
  std::array<Link, kMostRolling> links_;
};

// The rows that stay move up, those that nobody will read any more go.
void make_room(const OpContext& ctx, const KeptRows& before) {
  const std::size_t gone = ctx.y_rows.first - before.first, row = ctx.out.width * sizeof(float);
  if (gone == 0 || gone >= before.count) return;
  auto* plane = reinterpret_cast<std::byte*>(ctx.y);
  for (std::uint32_t c = 0; c < ctx.out.channels; ++c, plane += before.count * row)
    std::memmove(plane, plane + gone * row, (before.count - gone) * row);
}

}  // namespace

void Session::roll(const Step& first, const std::byte* input, std::uint32_t images,
                   std::uint32_t worker) const {
  for (std::uint32_t image = 0; image < images; ++image) {
    Chain chain(model_, plan(), &first);
    while (!chain.done()) {
      const std::uint32_t k = chain.next();
      OpContext ctx = make_context(plan(), model_, *kernels_, arena_, chain.step(k), input, images, worker);
      if (k == 0) ctx.x = ctx.x_of(image);
      if (chain.is_last(k)) ctx.y = ctx.y_of(image);
      chain.set_rows(k, ctx);
      make_room(ctx, chain.kept_so_far(k));
      op_of(ctx.step).forward(ctx, 0, 1, worker);
      chain.finish(k, ctx);
    }
  }
}

}  // namespace lentil
