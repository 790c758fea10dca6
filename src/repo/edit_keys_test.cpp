// Roles of several keys, teams with keys of their own, and drafts that go from holder to holder.
#include <gtest/gtest.h>

#include "repo/publisher.h"

namespace drover::repo {
namespace {

const trust::PrivateKey& key(const std::string& name) { return trust::Forge::spare_key(name); }

KeyRing ring_of(std::initializer_list<const char*> names) {
  KeyRing ring;
  for (const char* name : names) ring.add(key(name));
  return ring;
}

KeySet key_set(std::initializer_list<const char*> names, std::int64_t threshold) {
  KeySet set{.keys = {}, .threshold = threshold};
  for (const char* name : names) set.keys.push_back(key(name).public_key());
  return set;
}

class EditKeysTest : public testing::Test {
 protected:
  /// Publishes with these keys beside the online ones.
  Status change(const KeyRing& keys, const std::function<Status(Edit&)>& what) {
    KeyRing ring = keys;
    for (const char* role : {"snapshot", "timestamp"}) ring.add(publisher_.keys.at(role));
    std::swap(publisher_.ring, ring);
    Status changed = publisher_.change(what);
    std::swap(publisher_.ring, ring);
    return changed;
  }
  Status change(std::initializer_list<const char*> keys, const std::function<Status(Edit&)>& what) {
    return change(ring_of(keys), what);
  }
  /// A version whose bundle is a line of text.
  std::function<Status(Edit&)> publishing(const char* model, const char* version) {
    return [this, model, version](Edit& edit) -> Status {
      ModelTarget target{.model = *ModelName::parse(model), .version = *Version::parse(version)};
      const std::string content = std::string(model) + version;
      DROVER_TRY(fs::write_atomically(publisher_.files, "/bundles/b", as_bytes(content)));
      const TargetInfo info =
          DROVER_TRY(edit.add_version(std::move(target), content.size(), sha256(content)));
      return store_target(publisher_.files, publisher_.place, info, "/bundles/b");
    };
  }
  /// Versions of a model that a device which knows the first root finds.
  std::size_t found(const char* model) {
    const std::string path = channel_target_path(*ModelName::parse(model), "stable");
    const auto refresh = device_.refresh(publisher_.served(), {path}, publisher_.now);
    EXPECT_TRUE(refresh) << refresh.error().text();
    return refresh ? refresh->versions(*ModelName::parse(model)).size() : 0;
  }

  Publisher publisher_;
  Device device_ = publisher_.device();
};

TEST_F(EditKeysTest, ARoleOfSeveralKeysNeedsAsManyOfThemAsItsThresholdSays) {
  ASSERT_TRUE(change({"root", "targets", "anna", "bert"}, [](Edit& edit) {
    return edit.set_keys("targets", key_set({"targets", "anna", "bert"}, 2));
  }));
  const Status alone = change({"anna"}, publishing("defect", "1.0.0"));
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, Code::not_authorized);
  EXPECT_NE(alone.error().message.find("signed by 2 of the keys of"), std::string::npos)
      << alone.error().message;
  ASSERT_TRUE(change({"anna", "bert"}, publishing("defect", "1.0.0")));
  ASSERT_TRUE(change({"targets", "bert"}, publishing("defect", "1.1.0")));
  EXPECT_EQ(found("defect"), 2u);
}

TEST_F(EditKeysTest, OneKeyOfSeveralIsReplacedByName) {
  ASSERT_TRUE(change({"root", "targets", "anna"},
                     [](Edit& edit) { return edit.add_key("targets", key("anna").public_key()); }));
  const auto unnamed = change({"root", "targets"},
                              [](Edit& edit) { return edit.rotate("targets", key("carl").public_key()); });
  EXPECT_EQ(unnamed.error().code, Code::invalid_argument);
  ASSERT_TRUE(change({"root", "targets", "carl"}, [](Edit& edit) {
    return edit.rotate("targets", key("carl").public_key(), key("anna").keyid());
  }));
  EXPECT_FALSE(change({"anna"}, publishing("defect", "1.0.0")));
  EXPECT_TRUE(change({"carl"}, publishing("defect", "1.0.0")));
  EXPECT_EQ(found("defect"), 1u);
}

TEST_F(EditKeysTest, ATeamSignsItsModelAndNoOther) {
  ASSERT_TRUE(change({"targets"}, publishing("other", "1.0.0")));
  ASSERT_TRUE(change({"targets", "anna", "bert"}, [](Edit& edit) {
    return edit.delegate(*ModelName::parse("vision"), key_set({"anna", "bert"}, 2));
  }));
  EXPECT_FALSE(change({"targets"}, publishing("vision", "1.0.0"))) << "not even the key of targets";
  ASSERT_TRUE(change({"anna", "bert"}, publishing("vision", "1.0.0")));
  EXPECT_FALSE(change({"anna", "bert"}, publishing("other", "1.1.0")));
  EXPECT_EQ(found("vision"), 1u);
  EXPECT_EQ(found("other"), 1u);
}

TEST_F(EditKeysTest, AModelsRoleFollowsTheKeysOfTargetsUnlessItHasItsOwn) {
  ASSERT_TRUE(change({"targets"}, publishing("defect", "1.0.0")));
  ASSERT_TRUE(change({"targets", "anna"}, [](Edit& edit) {
    return edit.delegate(*ModelName::parse("vision"), key_set({"anna"}, 1));
  }));
  ASSERT_TRUE(change({"root", "targets", "carl"},
                     [](Edit& edit) { return edit.rotate("targets", key("carl").public_key()); }));
  EXPECT_FALSE(change({"targets"}, publishing("defect", "1.1.0"))) << "the old key";
  EXPECT_TRUE(change({"carl"}, publishing("defect", "1.1.0")));
  EXPECT_TRUE(change({"anna"}, publishing("vision", "1.0.0")));
  EXPECT_EQ(found("defect"), 2u);
}

TEST_F(EditKeysTest, ARevokedKeySignsNothingAnywhere) {
  const auto both = key_set({"anna", "bert"}, 1);
  ASSERT_TRUE(change({"targets", "anna", "bert"},
                     [&](Edit& edit) { return edit.delegate(*ModelName::parse("vision"), both); }));
  ASSERT_TRUE(change({"root", "targets", "anna", "bert"},
                     [&](Edit& edit) { return edit.add_key("targets", key("anna").public_key()); }));
  std::vector<std::string> roles;
  ASSERT_TRUE(change({"root", "targets", "bert"}, [&](Edit& edit) -> Status {
    roles = DROVER_TRY(edit.revoke(key("anna").keyid()));
    return {};
  }));
  EXPECT_EQ(roles, (std::vector<std::string>{"targets", "vision"}));
  EXPECT_FALSE(change({"anna"}, publishing("vision", "1.0.0")));
  EXPECT_TRUE(change({"bert"}, publishing("vision", "1.0.0")));
  EXPECT_EQ(found("vision"), 1u);
}

TEST_F(EditKeysTest, NoRoleIsLeftWithFewerKeysThanMustSign) {
  const auto refused = [&](const std::function<Status(Edit&)>& what) {
    return change(publisher_.ring, what).error().code;
  };
  EXPECT_EQ(refused([](Edit& edit) { return edit.set_threshold("targets", 2); }), Code::invalid_argument);
  EXPECT_EQ(refused([](Edit& edit) { return edit.set_threshold("targets", 0); }), Code::invalid_argument);
  EXPECT_EQ(refused([](Edit& edit) { return edit.add_key("targets", key("targets").public_key()); }),
            Code::invalid_argument)
      << "one key twice";
  EXPECT_EQ(refused([](Edit& edit) -> Status {
              DROVER_TRY(edit.revoke(key("root").keyid()));
              return {};
            }),
            Code::invalid_argument);
  EXPECT_EQ(refused([](Edit& edit) { return edit.set_threshold("nobody", 1); }), Code::not_found);
}

TEST_F(EditKeysTest, ADraftGoesFromHolderToHolderAndIsPublishedWhenAllHaveSigned) {
  ASSERT_TRUE(change({"root", "targets", "anna", "bert"},
                     [](Edit& edit) { return edit.set_keys("targets", key_set({"anna", "bert"}, 2)); }));
  const trust::TrustedSet state = publisher_.state();
  Edit edit(state, publisher_.now);
  ASSERT_TRUE(publishing("defect", "1.0.0")(edit));
  std::string file = to_text(edit.draft());
  for (const char* holder : {"anna", "bert"}) {
    Draft draft = *parse_draft(as_bytes(file));
    EXPECT_EQ(complete(draft).error().code, Code::not_authorized);
    ASSERT_TRUE(sign(draft, ring_of({holder, "root"})));
    file = to_text(draft);
  }
  const Draft signed_by_all = *parse_draft(as_bytes(file));
  EXPECT_TRUE(unsigned_of(signed_by_all).empty());
  const auto offer = complete(signed_by_all);
  ASSERT_TRUE(offer) << offer.error().text();
  ASSERT_TRUE(install(publisher_.files, publisher_.place, *offer, publisher_.ring, publisher_.now));
  EXPECT_EQ(found("defect"), 1u);
  EXPECT_EQ(install(publisher_.files, publisher_.place, *offer, publisher_.ring, publisher_.now).error().code,
            Code::conflict)
      << "once";
}

TEST_F(EditKeysTest, WhatIsChangedInADraftAfterItWasSignedIsUnsigned) {
  const trust::TrustedSet state = publisher_.state();
  Edit edit(state, publisher_.now);
  ASSERT_TRUE(publishing("defect", "1.0.0")(edit));
  Draft draft = edit.draft();
  ASSERT_TRUE(sign(draft, publisher_.ring));
  ASSERT_TRUE(complete(draft));
  draft.pieces[0].envelope.body["expires"] = "2999-01-01T00:00:00Z";
  ASSERT_FALSE(unsigned_of(draft).empty());
  EXPECT_EQ(unsigned_of(draft)[0].valid, 0);
}

TEST_F(EditKeysTest, ADraftThatSaysThatOthersMustSignPersuadesNobody) {
  const trust::TrustedSet state = publisher_.state();
  Edit edit(state, publisher_.now);
  ASSERT_TRUE(publishing("defect", "1.0.0")(edit));
  Draft draft = edit.draft();
  const trust::PrivateKey& thief = key("thief");
  for (Draft::Piece& piece : draft.pieces)
    for (Signers& signers : piece.signers) {
      signers.keys = {{thief.keyid(), thief.public_key()}};
      signers.by = {.keyids = {thief.keyid()}, .threshold = 1};
    }
  ASSERT_TRUE(sign(draft, ring_of({"thief"})));
  const auto offer = complete(draft);
  ASSERT_TRUE(offer);
  EXPECT_EQ(install(publisher_.files, publisher_.place, *offer, publisher_.ring, publisher_.now).error().code,
            Code::bad_signature);
  EXPECT_EQ(found("defect"), 0u);
}

TEST(Draft, SaysWhatItCannotRead) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"", "JSON"},
      {R"({"drover_draft": 2})", "drover_draft: 2; this build reads 1"},
      {R"({"drover_draft": 1, "pieces": [{}], "blobs": {}})", "pieces[0].file"},
      {R"({"drover_draft": 1, "pieces": [{"file": "x", "content": {}, "signers": []}], "blobs": {}})", "x: "},
      {R"({"drover_draft": 1, "pieces": [], "blobs": {"a": 1}})", "blobs.a"},
      {R"({"drover_draft": 1, "pieces": [], "blobs": {}, "more": 1})", "more"},
  };
  for (const auto& [text, message] : kRows) {
    const auto read = parse_draft(as_bytes(text));
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().text().find(message), std::string::npos) << read.error().text();
  }
}

}  // namespace
}  // namespace drover::repo
