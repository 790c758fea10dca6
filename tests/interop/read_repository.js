// node read_repository.js ROOT_JSON REPOSITORY_URL TARGET TARGET_DIR: what another TUF client makes of a repository.
// Prints the target's file, which it has downloaded and verified.
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Updater } = require('tuf-js');

async function main([root, url, target, targetDir]) {
  const metadataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'drover-tuf-js-'));
  try {
    fs.copyFileSync(root, path.join(metadataDir, 'root.json'));
    const updater = new Updater({
      metadataDir,
      metadataBaseUrl: `${url}/metadata`,
      targetDir,
      targetBaseUrl: `${url}/targets`,
      config: { prefixTargetsWithHash: true },
    });
    await updater.refresh();
    const info = await updater.getTargetInfo(target);
    if (!info) throw new Error(`${target}: not in the repository`);
    console.log(await updater.downloadTarget(info, path.join(targetDir, 'target')));
  } finally {
    fs.rmSync(metadataDir, { recursive: true });
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
});
