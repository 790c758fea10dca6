#include "tables/npy_header.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

namespace drover::tables {
namespace {

/// A cursor over the literal; every refusal names the column.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Status expect(char c) {
    if (accept(c)) return {};
    return bad(fmt::format("'{}' expected", c));
  }
  Result<std::string_view> string() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') return bad("a quoted string expected");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return bad("a string does not end");
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return value;
  }
  Result<bool> boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}})
      if (text_.substr(at_).starts_with(word)) {
        at_ += std::string_view(word).size();
        return value;
      }
    return bad("True or False expected");
  }
  Result<std::int64_t> integer() {
    skip_space();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return bad("a dimension expected");
    at_ = static_cast<std::size_t>(end - text_.data());
    accept('L');  // Python 2 wrote long integers so
    return value;
  }
  Result<std::vector<std::int64_t>> tuple() {
    DROVER_TRY(expect('('));
    std::vector<std::int64_t> shape;
    while (!accept(')')) {
      if (shape.size() == 64) return bad("more than 64 dimensions");
      shape.push_back(DROVER_TRY(integer()));
      if (accept(',')) continue;
      DROVER_TRY(expect(')'));
      break;
    }
    return shape;
  }
  Status end() {
    skip_space();
    return at_ == text_.size() ? Status() : bad("more text after the dictionary");
  }
  [[nodiscard]] std::unexpected<Error> bad(std::string_view what) const {
    return fail(Code::bad_table, fmt::format(".npy header, column {}: {}", at_ + 1, what));
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

constexpr std::pair<std::string_view, DType> kKinds[] = {
    {"b1", DType::boolean}, {"i1", DType::int8},    {"u1", DType::uint8},
    {"i2", DType::int16},   {"i4", DType::int32},   {"i8", DType::int64},
    {"f2", DType::float16}, {"f4", DType::float32}, {"f8", DType::float64}};

Status read_descr(std::string_view descr, NpyHeader& header) {
  if (!descr.empty())
    for (const auto& [kind, dtype] : kKinds)
      if (descr.substr(1) == kind &&
          (descr[0] == '<' || descr[0] == '>' || (descr[0] == '|' && size_bytes(dtype) == 1))) {
        header.dtype = dtype;
        header.big_endian = descr[0] == '>';
        return {};
      }
  return fail(Code::bad_table, fmt::format("arrays of NumPy type \"{}\" are not read; save it as bool, int8 "
                                           "… int64, uint8, float16, float32 or float64",
                                           descr.substr(0, 40)));
}

Status read_entry(Reader& reader, std::string_view key, NpyHeader& header) {
  if (key == "descr") return read_descr(DROVER_TRY(reader.string()), header);
  if (key == "fortran_order") {
    header.fortran_order = DROVER_TRY(reader.boolean());
    return {};
  }
  if (key == "shape") {
    header.shape = DROVER_TRY(reader.tuple());
    return {};
  }
  return reader.bad(fmt::format("unknown key \"{}\"", key.substr(0, 40)));
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text) {
  Reader reader(text);
  NpyHeader header;
  std::set<std::string_view> seen;
  DROVER_TRY(reader.expect('{'));
  while (!reader.accept('}')) {
    const std::string_view key = DROVER_TRY(reader.string());
    DROVER_TRY(reader.expect(':'));
    DROVER_TRY(read_entry(reader, key, header));
    if (!seen.insert(key).second) return reader.bad(fmt::format("the key \"{}\" stands twice", key));
    if (reader.accept(',')) continue;
    DROVER_TRY(reader.expect('}'));
    break;
  }
  DROVER_TRY(reader.end());
  for (const char* key : {"descr", "fortran_order", "shape"})
    if (!seen.contains(key)) return reader.bad(fmt::format("the key \"{}\" is missing", key));
  return header;
}

std::string npy_descr(DType dtype) {
  for (const auto& [kind, known] : kKinds)
    if (known == dtype) return (size_bytes(dtype) == 1 ? "|" : "<") + std::string(kind);
  return {};
}

}  // namespace drover::tables
