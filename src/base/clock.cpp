#include "base/clock.h"

#include <fmt/chrono.h>
#include <sys/stat.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>

namespace drover {
namespace {

using std::chrono::seconds;

UnixTime real_time() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

/// How far the clock is to go ahead of the machine's when it is to show `wanted` at `moment`.
seconds shift(const std::string& wanted, UnixTime moment) {
  return UnixTime(seconds(std::strtoll(wanted.c_str(), nullptr, 10))) - moment;
}

/// The file holds what the clock showed when it was written. One that is not there shifts nothing.
seconds shift_in_file(const std::string& path) {
  struct stat info{};
  std::ifstream file(path);
  std::string wanted;
  if (::stat(path.c_str(), &info) != 0 || !std::getline(file, wanted)) return seconds(0);
  return shift(wanted, UnixTime(seconds(info.st_mtim.tv_sec)));
}

class SystemClock : public Clock {
 public:
  SystemClock() {
    const char* fake = std::getenv("DROVER_FAKE_TIME");
    if (fake == nullptr) return;
    if (fake[0] == '/')
      file_ = fake;
    else
      shift_ = shift(fake, real_time());
  }
  [[nodiscard]] UnixTime now() const override {
    return real_time() + (file_.empty() ? shift_ : shift_in_file(file_));
  }
  [[nodiscard]] Monotonic monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }

 private:
  seconds shift_{0};
  std::string file_;
};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string format_time(UnixTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

Result<UnixTime> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto bad = [&] {
    return fail(Code::invalid_argument,
                fmt::format("\"{}\" is not a date of the form YYYY-MM-DDTHH:MM:SSZ", text.substr(0, 40)));
  };
  constexpr std::string_view shape = "0000-00-00T00:00:00Z";
  if (text.size() != shape.size()) return bad();
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != '0' && text[i] != shape[i]) return bad();
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2), h = digits(text, 11, 2),
             mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s || *h > 23 || *mi > 59 || *s > 60) return bad();
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return bad();
  const UnixTime time = sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s);
  if (floor<days>(time) > sys_days(year(9999) / December / 31)) return bad();  // by a leap second
  return time;
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view suffix;
    double ms;
  };
  constexpr std::array units = {Unit{"ms", 1}, Unit{"s", 1e3}, Unit{"m", 6e4}, Unit{"h", 3.6e6},
                                Unit{"d", 8.64e7}};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error == std::errc() && value >= 0 && value < 1e9)
    for (const Unit& unit : units)
      if (suffix == unit.suffix) return std::chrono::milliseconds(static_cast<long long>(value * unit.ms));
  return fail(Code::invalid_argument,
              fmt::format("\"{}\" is not a duration such as 250ms, 90s, 5m, 1h or 7d", text.substr(0, 40)));
}

}  // namespace drover
