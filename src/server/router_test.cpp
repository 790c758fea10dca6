#include "server/router.h"

#include <gtest/gtest.h>

#include <set>

namespace drover::server {
namespace {

TEST(Router, FindsTheRouteAndItsParameters) {
  const Match match = find_route(routes(), "POST", "/api/v1/devices/cam-1/assign");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->pattern, "/api/v1/devices/{}/assign");
  EXPECT_EQ(match.parameters, std::vector<std::string>{"cam-1"});
  EXPECT_EQ(find_route(routes(), "GET", "/repo/targets/a/b").parameters,
            std::vector<std::string>{"targets/a/b"});
  EXPECT_NE(find_route(routes(), "HEAD", "/repo/metadata/x").route, nullptr) << "GET answers HEAD too";
}

TEST(Router, TellsWhatIsNotThereFromWhatIsNotTaken) {
  EXPECT_EQ(find_route(routes(), "GET", "/nothing").status, 404);
  EXPECT_EQ(find_route(routes(), "GET", "/api/v1/devices/cam-1/assign").status, 405);
  EXPECT_EQ(find_route(routes(), "GET", "/api/v1/devices/").route, nullptr);
  EXPECT_EQ(find_route(routes(), "GET", "/api/v1/devices/cam/shadow/more").status, 404);
  EXPECT_EQ(find_route(routes(), "GET", "/").status, 404);
}

TEST(Router, WhatChangesTheFleetNeedsMoreThanAViewer) {
  for (const Route& route : routes()) {
    if (!route.pattern.starts_with("/api/")) continue;
    EXPECT_NE(route.access, Access::anyone) << route.pattern;
    if (route.method != "GET") EXPECT_GT(route.access, Access::viewer) << route.pattern;
  }
}

}  // namespace
}  // namespace drover::server
