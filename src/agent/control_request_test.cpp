#include "agent/control_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace drover::agent {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using Verb = ControlRequest::Verb;

TEST(ControlRequest, EachVerbIsReadWithWhatItNeeds) {
  EXPECT_EQ(read_control_request({{"verb", "status"}})->verb, Verb::status);
  EXPECT_EQ(read_control_request({{"verb", "history"}})->verb, Verb::history);
  EXPECT_EQ(read_control_request({{"verb", "pin"}, {"model", "kws"}})->model->str(), "kws");
  EXPECT_EQ(read_control_request({{"verb", "unpin"}, {"model", "kws"}})->verb, Verb::unpin);
  EXPECT_FALSE(read_control_request({{"verb", "rollback"}, {"model", "kws"}})->version);
  const json to = {{"verb", "rollback"}, {"model", "kws"}, {"version", "1.0.0"}};
  EXPECT_EQ(read_control_request(to)->version->str(), "1.0.0");
  const Digest digest = sha256("x");
  const json clear = {{"verb", "clear-quarantine"}, {"model", "kws"}, {"digest", digest.hex()}};
  EXPECT_EQ(read_control_request(clear)->digest, digest);
}

TEST(ControlRequest, WhatIsWrongIsNamed) {
  struct Case {
    const char* request;
    Code code;
    const char* named;
  };
  for (const Case& wrong :
       {Case{"[]", Code::bad_json, "object"},
        {"{}", Code::invalid_argument, "\"verb\""},
        {R"({"verb":1})", Code::invalid_argument, "\"verb\""},
        {R"({"verb":"reboot"})", Code::invalid_argument, "\"reboot\""},
        {R"({"verb":"pin","model":7})", Code::invalid_argument, "\"model\""},
        {R"({"verb":"pin","model":"../x"})", Code::invalid_argument, "../x"},
        {R"({"verb":"rollback","model":"a","version":2})", Code::invalid_argument, "\"version\""},
        {R"({"verb":"clear-quarantine","model":"a"})", Code::invalid_argument, "\"digest\""}}) {
    const auto request = read_control_request(json::parse(wrong.request));
    ASSERT_FALSE(request) << wrong.request;
    EXPECT_EQ(request.error().code, wrong.code) << wrong.request;
    EXPECT_THAT(request.error().text(), HasSubstr(wrong.named)) << wrong.request;
  }
}

}  // namespace
}  // namespace drover::agent
