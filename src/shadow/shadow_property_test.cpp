#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "shadow/document.h"

namespace drover::shadow {
namespace {

/// A small object, with nulls where `nulls` says so.
rc::Gen<json> object_of(int levels, bool nulls) {
  return rc::gen::exec([=] {
    json made = json::object();
    for (const std::string name : {"a", "b", "c"}) {
      const int kind = *rc::gen::inRange(0, 6);
      if (kind == 0 && nulls) made[name] = nullptr;
      if (kind == 1) made[name] = *rc::gen::inRange(0, 3);
      if (kind == 2) made[name] = json::array({*rc::gen::inRange(0, 3), "x"});
      if (kind >= 4 && levels > 0) made[name] = *object_of(levels - 1, nulls);
    }
    return made;
  });
}

Document with(json desired, json reported) {
  Update update;
  update.desired = std::move(desired);
  update.reported = std::move(reported);
  return *apply({}, update, UnixTime{});
}

TEST(ShadowProperty, ReportingTheDeltaLeavesNone) {
  EXPECT_TRUE(rc::check([] {
    const Document before = with(*object_of(3, false), *object_of(3, false));
    Update report;
    report.reported = delta(before);
    RC_ASSERT(delta(*apply(before, report, UnixTime{})).empty());
  }));
}

TEST(ShadowProperty, AnUpdateTwiceIsTheUpdateOnce) {
  EXPECT_TRUE(rc::check([] {
    const Document before = with(*object_of(3, false), json::object());
    Update update;
    update.desired = *object_of(3, true);
    const Document once = *apply(before, update, UnixTime{});
    const Document twice = *apply(once, update, UnixTime{});
    RC_ASSERT(twice.desired == once.desired);
    RC_ASSERT(twice.desired_version == once.desired_version);
    RC_ASSERT(twice.version == once.version + 1);
  }));
}

}  // namespace
}  // namespace drover::shadow
