using System.Text.RegularExpressions;
using Numa.Tests.Core.Zones;
using Numa.Workloads.Verification;

namespace Numa.Tests.Workloads.Verification;

/// <summary>A capture of Numa.Tests/Truth laid out in folders that a test may change.</summary>
internal sealed class HotplugCapture : IDisposable
{
    public HotplugCapture(string truth)
    {
        Folder = Directory.CreateTempSubdirectory("numa-hotplug-").FullName;
        foreach (var (name, text) in new TuningCapture(Path.Combine(TuningCapture.Root(), truth)).Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, name))!);
            File.WriteAllText(Path.Combine(Folder, name), text);
        }
    }

    public string Folder { get; }

    public ClaimResult Verify() => Assert.Single(
        CaptureVerification.Verify(Folder).Claims, claim => claim.Claim == "hotplug");

    public void Change(string file, string pattern, string replacement)
    {
        var path = Path.Combine(Folder, file);
        var text = File.ReadAllText(path);
        var changed = new Regex(pattern, RegexOptions.Multiline).Replace(text, replacement, 1);
        Assert.NotEqual(text, changed);
        File.WriteAllText(path, changed);
    }

    public void Delete(string file) => File.Delete(Path.Combine(Folder, file));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
