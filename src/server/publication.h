#pragma once

#include "server/services.h"

namespace drover::server {

/// The server's part in publishing: it holds the online keys (keys/online of the workspace) and signs
/// snapshot and timestamp with them, never a model.

/// Signs both anew when less than half of their life is left. Whether it did; false too when there is no
/// repository or no online key here. conflict while a publisher is at work.
Result<bool> renew_repository(Services& services);

/// Whether the signed metadata names the version. not_found when it does not, yanked when it was withdrawn;
/// what is wrong with the repository when it cannot be read.
Status check_published(Services& services, const ModelName& model, const Version& version);

/// Of what install_offer() takes.
inline constexpr std::uint64_t kOfferBytesMax = 16 << 20;
/// Takes up new metadata that offline keys signed: {"metadata":{NAME:TEXT},"blobs":{PATH:TEXT}}.
Status install_offer(Services& services, std::string_view body);

}  // namespace drover::server
