#include "defect/folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace drover::defect {
namespace {

namespace stdfs = std::filesystem;

std::string pgm(int width, int height, const std::string& pixels) {
  return fmt::format("P5\n{} {}\n255\n{}", width, height, pixels);
}

/// A folder of hand-made images.
struct Folder : testing::Test {
  stdfs::path root = stdfs::path(testing::TempDir()) / fmt::format("defect_folder_{}", getpid());
  Folder() { stdfs::create_directories(root); }
  ~Folder() override { stdfs::remove_all(root); }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(root / name, std::ios::binary) << bytes;
  }
};

TEST_F(Folder, ImagesAreReadInTheOrderOfTheirNamesAndStretched) {
  put("b.pgm", pgm(2, 1, "\x64\x64"));
  put("a.PGM", pgm(96, 96, std::string(96 * 96, '\x20')));
  put("c", pgm(1, 1, "\x0a"));
  put("notes.txt", "not an image");
  stdfs::create_directory(root / "d.pgm");
  const auto images = read_folder(root, 48);
  ASSERT_TRUE(images.has_value()) << images.error().text();
  ASSERT_EQ(images->size(), 3u);
  EXPECT_EQ((*images)[0].pixels, std::vector<std::uint8_t>(48 * 48, 0x20));
  EXPECT_EQ((*images)[1].pixels, std::vector<std::uint8_t>(48 * 48, 0x64));
  EXPECT_EQ((*images)[2].pixels, std::vector<std::uint8_t>(48 * 48, 0x0a)) << "known by its content";
}

TEST_F(Folder, ADamagedImageIsRefusedByName) {
  put("broken.png", "\x89PNG\r\n\x1a\n and no more");
  put("empty.jpg", "");
  for (const char* name : {"broken.png", "empty.jpg"}) {
    const auto images = read_folder(root, 48);
    ASSERT_FALSE(images.has_value());
    EXPECT_EQ(images.error().code, Code::bad_image);
    EXPECT_NE(images.error().text().find(name), std::string::npos) << images.error().text();
    stdfs::remove(root / name);
  }
}

TEST_F(Folder, ThatIsNotThereIsTold) {
  EXPECT_EQ(image_files(root / "nowhere").error().code, Code::not_found);
  EXPECT_TRUE(image_files(root)->empty());
}

TEST(Picture, IsCutToTheSquareInItsMiddle) {
  const Picture wide = *decode_picture(as_bytes(pgm(4, 2, "01234567")));
  EXPECT_EQ(middle_square(wide).pixels, (std::vector<std::uint8_t>{'1', '2', '5', '6'}));
  const Picture tall = *decode_picture(as_bytes(pgm(1, 3, "012")));
  EXPECT_EQ(middle_square(tall).pixels, (std::vector<std::uint8_t>{'1'}));
}

TEST(Picture, OfTooManyPixelsIsRefusedBeforeItIsRead) {
  EXPECT_EQ(decode_picture(as_bytes(pgm(8193, 1, ""))).error().code, Code::too_large);
}

}  // namespace
}  // namespace drover::defect
