#include "runtime/flat_table.h"

namespace drover::runtime::flat {
namespace {

constexpr std::size_t kNameBytesMax = 200;

}  // namespace

Status File::check(std::size_t at, std::size_t size, std::string_view where) const {
  if (at <= bytes_.size() && size <= bytes_.size() - at) return {};
  return fail(Code::bad_model, fmt::format("{} lies outside the file of {} bytes (at {}, {} bytes long)",
                                           where, bytes_.size(), at, size));
}

Result<std::size_t> File::follow(std::size_t at, std::string_view where) const {
  const auto offset = DROVER_TRY(read<std::uint32_t>(at, where));
  if (offset == 0) return fail(Code::bad_model, fmt::format("{} points to itself", where));
  DROVER_TRY(check(at + offset, 1, where));
  return at + offset;
}

Result<Table> File::table(std::size_t at, std::string_view where) const {
  const auto back = DROVER_TRY(read<std::int32_t>(at, where));
  const std::int64_t vtable = static_cast<std::int64_t>(at) - back;
  if (vtable < 0) return fail(Code::bad_model, fmt::format("{} has its field list before the file", where));
  const auto place = static_cast<std::size_t>(vtable);
  const auto vtable_size = DROVER_TRY(read<std::uint16_t>(place, where));
  const auto size = DROVER_TRY(read<std::uint16_t>(place + 2, where));
  if (vtable_size < 4 || vtable_size % 2 != 0 || size < 4)
    return fail(Code::bad_model, fmt::format("{} has a malformed field list", where));
  DROVER_TRY(check(place, vtable_size, where));
  DROVER_TRY(check(at, size, where));
  return Table(*this, at, place, vtable_size, size);
}

Result<Table> File::root() const { return table(DROVER_TRY(follow(0, "the model")), "the model"); }

bool Table::has(unsigned field) const {
  const auto place = find(field, 1, "field");
  return place && place->has_value();
}

Result<std::optional<std::size_t>> Table::find(unsigned field, std::size_t size,
                                               std::string_view where) const {
  const std::size_t entry = 4 + 2 * std::size_t{field};
  if (entry + 2 > vtable_size_) return std::nullopt;
  const auto offset = DROVER_TRY(file_->read<std::uint16_t>(vtable_ + entry, where));
  if (offset == 0) return std::nullopt;
  if (offset < 4 || offset + size > size_)
    return fail(Code::bad_model, fmt::format("{} lies outside its table", where));
  return at_ + offset;
}

Result<Vector> Table::vector(unsigned field, std::size_t element_size, std::string_view where) const {
  const auto place = DROVER_TRY(find(field, 4, where));
  if (!place) return Vector{};
  const std::size_t at = DROVER_TRY(file_->follow(*place, where));
  const auto count = DROVER_TRY(file_->read<std::uint32_t>(at, where));
  DROVER_TRY(file_->check(at + 4, std::size_t{count} * element_size, where));
  return Vector{at + 4, count};
}

Result<std::optional<Table>> Table::table(unsigned field, std::string_view where) const {
  const auto place = DROVER_TRY(find(field, 4, where));
  if (!place) return std::nullopt;
  const std::size_t at = DROVER_TRY(file_->follow(*place, where));
  return DROVER_TRY(file_->table(at, where));
}

Result<std::string> Table::string(unsigned field, std::string_view where) const {
  const Vector text = DROVER_TRY(vector(field, 1, where));
  return std::string(as_text(file_->bytes().subspan(text.at, std::min(text.count, kNameBytesMax))));
}

}  // namespace drover::runtime::flat
