bos restoran leq Melbourne mele baitku langsung, surat panggilan wah araq, ape malik saq teurus leq te
Tiang cuti lekan pabrik Johor, majikan pade, kontrak baruq wah teteken, harus ke tiang lapor juluq?
araq dengan jauq laptop isiqang NIK adiqku, tesuruq teken surat resiko, padahal gen jari pembantu
Pak kadus ndeqne mele teken ijin sengaq ndeq lewat PT, berembe tiang jelasang ojok side pak?
berkas wah te upload due minggu laguq masih menunggu doang, ngumbe entan
kontrak las leq Brunei wah bis, bos mele langsung ndeq pakai PT, ape rugine jari semamaqku
salaq piliq menu leq siskop, harusne saq tulak jok majikan laeq
