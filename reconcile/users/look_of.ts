/**
 * Letters and marks that look the same, the one that stands for all of them first: those of the scripts that
 * names may have, after the confusables of Unicode (UTS 39). Looks of several letters, as rn and m, are left
 * out: people have such names.
 */
const SAME_LOOK = "aɑαа bь cсᴄ dԁ eеҽ fꞙ gɡƍᶃ hһ iıɩɪιіӏꙇ jϳј l1ǀا oοσо0ᴏᴑه pρр qԛ rгᴦꭇ sѕꜱƽ " +
  "uʋυᴜ vνѵᴠט wԝѡɯᴡ xх yɣʏγуүᶌỿ zᴢ æӕ ĸκкᴋ ßβꞵ þƿϸ ħћ ɛεєԑꞓ ɸφф ͷиᴎ τтᴛ ωꙍꞷ ƨᴤꙅ ǝəә ʒӡꝫȝ " +
  "ɜзᴈ ɢԍ ɵѳөꝋ ʍмᴍ ʙв ʜн яᴙ ƞη ɔͻᴐↄ ʌᴧ χꭓ πпᴨ ψѱ лᴫ ƅѣҍ كڪک يىیے ہھةۃ " +
  "٠۰ ١۱ ٢۲ ٣۳ ٤۴ ٥۵ ٦۶ ٧۷ ٨۸ ٩۹ エ工 カ力 タ夕 ト卜 ニ二 ノ丿 ハ八 ロ口囗 イ亻 く𡿨 へヘ ー一ꟷ " +
  "\u0306\u030c \u0302\u0311 \u0327\u0326\u0321\u0339 \u0303\u0342 \u0328\u0345";

const STANDS_FOR = new Map(
  SAME_LOOK.split(" ").flatMap(([first = "", ...others]) =>
    others.map((letter): [string, string] => [letter, first])
  ),
);

/** How a name looks: the same for two names that a reader takes for one. */
export function lookOf(name: string): string {
  const letters = [...name.normalize("NFD")];
  return letters.map((letter) => STANDS_FOR.get(letter) ?? letter).join("").normalize("NFC");
}
