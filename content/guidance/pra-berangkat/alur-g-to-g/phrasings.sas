adiq tiang perawat leq puskesmas, dengah araq saq tekirim langsung isiq negare ojok jerman, leq mbe daftarne
Silaq tulung tiang, jadwal dait kuota program pemerentah nike leq mbe tao tiang gitaq?
guru kursus bekuin bedoe jatah aran jari program negare, bayah 20 juta, percaye ke
semamaq tiang laeq tepulangin lekan korea, nengke mele milu malik saq teurus pemerentah, masih tao ke
Anak tiang SMK keperawatan doang pak, ndeqman D3, bau ke milu seleksi perawat saq lekan kementerian?
wah lulus B1, leq jerman ape malik saq harus tepelajahin
mele ku jagaq dengan toaq leq jepang laguq saq ndeq lewat PT, saq lekan negare berembe
