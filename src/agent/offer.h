#pragma once

#include "agent/updater.h"
#include "repo/refresh.h"

namespace drover::agent {

/// What the metadata say of a model's version, for the update engine. Errors: yanked.
Result<Offer> make_offer(const repo::Refresh& found, const ModelName& model, const Version& version,
                         const lifecycle::TimeBounds& time);

/// When this program was configured for building.
UnixTime built();

/// What metadata say about time: also such as have expired.
lifecycle::TimeBounds time_bounds_of(const trust::TrustedSet& set);

/// What the offline-signed metadata on the disk say about time, before any was fetched.
lifecycle::TimeBounds remembered_time(const repo::TrustStore& store);

}  // namespace drover::agent
