#include "trust/hashes.h"

#include <fmt/format.h>

#include <vector>

#include "base/assert.h"
#include "trust/openssl_handles.h"

namespace drover::trust {
namespace {

const EVP_MD* algorithm(std::string_view name) {
  if (name == "sha256") return EVP_sha256();
  if (name == "sha512") return EVP_sha512();
  return nullptr;
}

struct Running {
  std::string name, expected;
  DigestHandle context;
};

std::string finished(EVP_MD_CTX* context) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  DROVER_ASSERT(EVP_DigestFinal_ex(context, digest, &size) == 1);
  return hex({digest, size});
}

}  // namespace

struct HashCheck::State {
  std::optional<std::uint64_t> length;
  std::uint64_t received = 0;
  std::vector<Running> running;
};

HashCheck::HashCheck(std::optional<std::uint64_t> length, Hashes hashes) : state_(std::make_unique<State>()) {
  state_->length = length;
  for (auto& [name, expected] : hashes) {
    const EVP_MD* digest = algorithm(name);
    if (digest == nullptr) continue;
    Running running{name, std::move(expected), DigestHandle(EVP_MD_CTX_new())};
    DROVER_ASSERT(EVP_DigestInit_ex(running.context.get(), digest, nullptr) == 1);
    state_->running.push_back(std::move(running));
  }
}
HashCheck::~HashCheck() = default;
HashCheck::HashCheck(HashCheck&&) noexcept = default;
HashCheck& HashCheck::operator=(HashCheck&&) noexcept = default;

std::uint64_t HashCheck::received() const { return state_->received; }

Status HashCheck::update(ByteView bytes) {
  state_->received += bytes.size();
  if (state_->length && state_->received > *state_->length)
    return fail(Code::bad_length,
                fmt::format("more than the {} bytes that the metadata names", *state_->length));
  for (Running& running : state_->running)
    DROVER_ASSERT(EVP_DigestUpdate(running.context.get(), bytes.data(), bytes.size()) == 1);
  return {};
}

Status HashCheck::finish() {
  if (state_->length && state_->received != *state_->length)
    return fail(Code::bad_length,
                fmt::format("{} bytes, the metadata names {}", state_->received, *state_->length));
  if (state_->running.empty()) return fail(Code::bad_digest, "the metadata names neither sha256 nor sha512");
  for (Running& running : state_->running)
    if (const std::string found = finished(running.context.get()); found != running.expected)
      return fail(Code::bad_digest,
                  fmt::format("{} is {}, the metadata names {}", running.name, found, running.expected));
  return {};
}

Status check_hashes(ByteView bytes, std::optional<std::uint64_t> length, const Hashes& hashes) {
  HashCheck check(length, hashes);
  DROVER_TRY(check.update(bytes));
  return check.finish();
}

Hashes hashes_of(ByteView bytes) { return {{"sha256", sha256(bytes).hex()}}; }

}  // namespace drover::trust
