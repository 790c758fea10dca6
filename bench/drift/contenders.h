#pragma once

#include <string>
#include <vector>

#include "drift/detector.h"

/// The detectors that are compared, each as people take it and as it must be set to be wrong in about 1 % of
/// unchanged streams of 10⁶ (what it really is wrong in is measured beside it).
namespace drover::bench {

struct Contender {
  std::string label, kind;  // kind "always": alarms at every observation
  drift::DetectorKind::Values settings;
  /// For one that is slow and forgets: changes later than this are like those at it, and are left out.
  std::uint64_t latest_change = UINT64_MAX;
};

inline std::vector<Contender> contenders() {
  return {{"urn exact a=.01", "urn", {}},
          {"urn tolerant .02", "urn", {{"tolerance", 0.02}}},
          {"adwin d=1e-5", "adwin", {{"delta", 1e-5}}},
          {"adwin standard", "adwin", {}},
          {"cusum k=.5 h=17.3", "cusum", {{"limit", 17.3}}},
          {"cusum standard", "cusum", {}},
          {"page_hinkley .25/34", "page_hinkley", {{"delta", 0.25}, {"threshold", 34}, {"alpha", 1}}},
          {"page_hinkley standard", "page_hinkley", {}},
          {"ks_window a=1e-6", "ks_window", {{"alpha", 1e-6}}},
          {"ks_window standard", "ks_window", {}},
          {"ks_sequential a=.01", "ks_sequential", {}},
          {"psi_window .09", "psi_window", {{"threshold", 0.09}}},
          {"psi_window standard", "psi_window", {}},
          {"kswin standard", "kswin", {}, 1'000},
          {"always fire", "always", {}}};
}

/// On streams of 0 and 1.
inline std::vector<Contender> error_contenders() {
  return {{"urn exact a=.01", "urn", {}},
          {"adwin d=1e-5", "adwin", {{"delta", 1e-5}}},
          {"adwin standard", "adwin", {}},
          {"ddm standard", "ddm", {}},
          {"eddm standard", "eddm", {}},
          {"hddm_a standard", "hddm_a", {}},
          {"hddm_a c=1e-6", "hddm_a", {{"drift_confidence", 1e-6}}},
          {"hddm_w standard", "hddm_w", {}},
          {"hddm_w c=1e-6", "hddm_w", {{"drift_confidence", 1e-6}}},
          {"always fire", "always", {}}};
}

/// A contender over a reference; nullptr for "always".
inline std::unique_ptr<drift::Detector> make(const Contender& contender, const drift::Reference& reference) {
  if (contender.kind == "always") return nullptr;
  return drift::make_detector(contender.kind, contender.settings, reference).value();
}

}  // namespace drover::bench
