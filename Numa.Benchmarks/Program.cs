using System.Diagnostics;
using System.Runtime.InteropServices;
using Numa.Benchmarks;
using Numa.Benchmarks.Engine;

const string Usage = "usage: numa-benchmarks scenarios [RUNS] [NAME-PART [HOST-PART]] | boot [RUNS]\n"
    + "       numa-benchmarks engine [RUNS [MATCH-PART]] | scale [RUNS]\n"
    + "       numa-benchmarks replay [RUNS] CAPTURE | hashes [NAME-PART [HOST-PART]]\n"
    + "       numa-benchmarks aa [REPETITIONS]";

var runs = args.Length > 1 && int.TryParse(args[1], out var wanted) && wanted > 0 ? wanted : 3;
switch (args)
{
    case ["scenarios", ..]:
        PrintMachine(runs);
        new ScenarioBenchmark(runs, args.Length > 2 ? args[2] : "", args.Length > 3 ? args[3] : "").Run(Console.Out);
        return 0;
    case ["engine", ..]:
        runs = args.Length > 1 ? runs : 5;
        PrintMachine(runs);
        new EngineBenchmark(runs, args.Length > 2 ? args[2] : "").Run(Console.Out, Console.Error);
        return 0;
    case ["scale", ..]:
        PrintMachine(runs);
        new ScaleBenchmark(runs).Run(Console.Out);
        return 0;
    case ["hashes", ..]:
        return new ScenarioBenchmark(1, args.Length > 1 ? args[1] : "", args.Length > 2 ? args[2] : "")
            .CheckHashes(Console.Out) ? 0 : 1;
    case ["replay", .., var capture] when Directory.Exists(capture):
        PrintMachine(runs);
        new ReplayBenchmark(runs).Run(capture, Console.Out);
        return 0;
    case ["aa", ..]:
        new AaBenchmark(args.Length > 1 ? runs : 100).Run(Console.Out);
        return 0;
    case ["boot", ..]:
        PrintMachine(runs);
        new BootBenchmark(runs).Run(Console.Out);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static void PrintMachine(int runs) => Console.WriteLine(
    $"Commit {Commit()}, {Environment.ProcessorCount} CPUs, {RuntimeInformation.FrameworkDescription},"
    + $" medians of {runs} run{(runs == 1 ? "" : "s")} after a warm-up.");

static string Commit()
{
    try
    {
        using var git = Process.Start(new ProcessStartInfo("git", "rev-parse --short HEAD")
            { RedirectStandardOutput = true, RedirectStandardError = true });
        var text = git?.StandardOutput.ReadToEnd().Trim();
        return string.IsNullOrEmpty(text) ? "unknown" : text;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return "unknown";
    }
}
